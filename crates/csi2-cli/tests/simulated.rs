//! A bus that a simulator drives, read by the command. A missing simulator skips the test, unless `CSI2_REQUIRE_PEERS=1`.

#![allow(clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::unwrap_used)]

mod tools;

use tools::{csi2, have, run};

/// A simulated receiver: registers behind a byte clock, lanes that start apart, a trail, and a clock that never stops.
const PPI_BENCH: &str = "`timescale 1ns/1ps
module bench;
  reg rxbyteclkhs = 0;
  always #4 rxbyteclkhs = ~rxbyteclkhs;
  reg [7:0] rxdatahs0 = 0, rxdatahs1 = 0;
  reg rxvalidhs0 = 0, rxvalidhs1 = 0, rxactivehs0 = 0, rxactivehs1 = 0, rxsynchs0 = 0, rxsynchs1 = 0;
  reg [7:0] bytes [0:255];
  integer length, i, j;

  task lane0(input [7:0] data, input valid, input active, input sync);
    begin
      @(posedge rxbyteclkhs);
      rxdatahs0 <= data; rxvalidhs0 <= valid; rxactivehs0 <= active; rxsynchs0 <= sync;
    end
  endtask
  task lane1(input [7:0] data, input valid, input active, input sync);
    begin
      @(posedge rxbyteclkhs);
      rxdatahs1 <= data; rxvalidhs1 <= valid; rxactivehs1 <= active; rxsynchs1 <= sync;
    end
  endtask
  task burst;
    begin
      fork
        begin
          lane0(8'h00, 0, 1, 1);
          for (i = 0; i < length; i = i + 2) lane0(bytes[i], 1, 1, 0);
          lane0(8'hff, 1, 1, 0);
          lane0(8'h00, 0, 0, 0);
        end
        begin
          repeat (3) @(posedge rxbyteclkhs);
          lane1(8'h00, 0, 1, 1);
          for (j = 1; j < length; j = j + 2) lane1(bytes[j], 1, 1, 0);
          lane1(8'hff, 1, 1, 0);
          lane1(8'h00, 0, 0, 0);
        end
      join
      repeat (5) @(posedge rxbyteclkhs);
    end
  endtask

  initial begin
    $dumpfile(\"ppi.vcd\");
    $dumpvars(0, bench);
    {bytes[0], bytes[1], bytes[2], bytes[3]} = 32'h0001001a; length = 4; burst;
    {bytes[0], bytes[1], bytes[2], bytes[3]} = 32'h2b05002e;
    {bytes[4], bytes[5], bytes[6], bytes[7], bytes[8], bytes[9], bytes[10]} = 56'h5ec2a0ab336561; length = 11; burst;
    {bytes[0], bytes[1], bytes[2], bytes[3]} = 32'h0101001d; length = 4; burst;
    $finish;
  end
endmodule
";

#[test]
fn we_read_a_receiver_simulated_by_icarus_verilog() {
    if !have("iverilog") {
        return;
    }
    let directory = tempfile::tempdir().expect("a temporary directory");
    std::fs::write(directory.path().join("ppi.v"), PPI_BENCH).expect("writable");
    run("iverilog", &["-g2005", "-o", "ppi.vvp", "ppi.v"], directory.path());
    run("vvp", &["ppi.vvp"], directory.path());
    let json = |text: &str| -> Vec<serde_json::Value> {
        text.lines()
            .map(|line| serde_json::from_str(line).expect("JSON"))
            .collect()
    };
    let check = &json(&csi2(&["check", "ppi.vcd", "--json"], directory.path()))[0];
    assert_eq!(
        (&check["verdict"], &check["link"]["layer"]),
        (&"clean".into(), &"lanes".into())
    );
    // 125 MHz times eight bits.
    assert_eq!(
        (&check["link"]["lanes"], &check["link"]["rate_bps"]),
        (&2.into(), &1_000_000_000.into())
    );
    let packets = json(&csi2(&["list", "ppi.vcd", "--json", "--payload"], directory.path()));
    let names: Vec<&str> = packets.iter().filter_map(|packet| packet["name"].as_str()).collect();
    assert_eq!(names, ["FS", "RAW10", "FE"]);
    assert_eq!(
        (&packets[1]["payload"], &packets[1]["checksum"]),
        (&"5ec2a0ab33".into(), &"match".into())
    );
    // The first byte follows the sync strobe, and is seen at the edge after the one at which it appears.
    assert_eq!(packets[0]["time_ns"], 20.0);
    let map = "clk=rxbyteclkhs,d0.data=rxdatahs0[7:0],d0.valid=rxvalidhs0,d1.data=bench.rxdatahs1,d1.valid=rxvalidhs1,\
               d0.sync=rxsynchs0,d1.sync=rxsynchs1";
    let told = json(&csi2(
        &["list", "ppi.vcd", "--json", "--payload", "--map", map],
        directory.path(),
    ));
    assert_eq!(told, packets);
}
