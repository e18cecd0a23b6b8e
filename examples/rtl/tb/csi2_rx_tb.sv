// Plays a corpus into a receiver's PPI and compares what it reports with what was expected.
//
//   +trace=FILE      the PPI, a word for each byte clock        (parameter WORDS: how many)
//   +expected=FILE   the reports, streams one after the other   (parameter REPORTS: how many)
//   +ignore=HH       flags that are not compared, as a mask
//   +show=N          differences to print, 10 unless told
//   +first           stop at the first stream that differs
//
// The formats of both files: README.md.

`timescale 1ns / 1ps

module csi2_rx_tb #(
    parameter int WORDS = 1,
    parameter int REPORTS = 1
);
  localparam int LANES = 4;

  logic clk = 1'b0;
  logic rst = 1'b1;
  always #2 clk = !clk;

  logic [79:0] trace[0:WORDS-1];
  logic [95:0] expected[0:REPORTS-1];

  logic [2:0] lanes = 3'd1;
  logic extended = 1'b1;
  logic [8*LANES-1:0] rx_data_hs = '0;
  logic [LANES-1:0] rx_valid_hs = '0;
  logic [LANES-1:0] rx_active_hs = '0;
  logic [LANES-1:0] rx_sync_hs = '0;
  logic [LANES-1:0] err_sot_hs = '0;
  logic [LANES-1:0] err_sot_sync_hs = '0;
  wire [8*LANES-1:0] payload_data;
  wire [LANES-1:0] payload_keep;
  wire report_valid;
  wire [3:0] report_kind;
  wire [7:0] report_flags;
  wire [3:0] report_vc;
  wire [5:0] report_dt;
  wire [15:0] report_word;
  wire [15:0] report_bytes;

  // The receiver under test.
  csi2_rx #(.LANES(LANES)) receiver (.*);

  localparam logic [7:0] STREAM = 8'hFF;
  localparam logic [7:0] NO_PACKET = 8'h02;

  int at = -1;  // the marker of the stream under way
  int next_report = 0;
  int passed = 0;
  int failed = 0;
  int shown = 0;
  int show = 10;
  logic stream_good = 1'b1;
  logic first = 1'b0;
  logic stop = 1'b0;
  logic [7:0] ignore = 8'h00;
  logic [31:0] crc = '1;

  function automatic logic [31:0] crc32_byte(input logic [31:0] crc_in, input logic [7:0] data);
    logic [31:0] rest;
    rest = crc_in ^ {24'd0, data};
    for (int i = 0; i < 8; i = i + 1) rest = (rest >> 1) ^ (rest[0] ? 32'hEDB88320 : 32'd0);
    crc32_byte = rest;
  endfunction

  // A report that says nothing once the flags that do not count are left out.
  function automatic logic is_moot(input logic [7:0] kind, input logic [7:0] flags);
    is_moot = (kind == NO_PACKET) && ((flags & ~ignore) == 8'h00);
  endfunction

  task automatic differs(input string what, input logic [95:0] want, input logic [95:0] got);
    stream_good = 1'b0;
    if (shown < show) begin
      $display("stream %0d, report %0d: %s", expected[at][31:0], next_report - at - 1, what);
      $display("  expected %h_%h_%h_%h_%h_%h_%h", want[95:88], want[87:80], want[79:72], want[71:64], want[63:48],
               want[47:32], want[31:0]);
      $display("  received %h_%h_%h_%h_%h_%h_%h", got[95:88], got[87:80], got[79:72], got[71:64], got[63:48], got[47:32],
               got[31:0]);
    end
    shown = shown + 1;
  endtask

  function automatic logic has_next();
    has_next = (next_report < REPORTS) && (expected[next_report][95:88] != STREAM);
  endfunction

  // A loop of its own: Verilator 5.006 takes no function call in the condition of a loop.
  task automatic pass_moot;
    logic moot;
    moot = 1'b1;
    while (moot) begin
      moot = 1'b0;
      if (has_next()) moot = is_moot(expected[next_report][95:88], expected[next_report][87:80]);
      if (moot) next_report = next_report + 1;
    end
  endtask

  task automatic end_stream;
    logic more;
    pass_moot();
    more = has_next();
    while (more) begin
      differs("missing", expected[next_report], 'x);
      next_report = next_report + 1;
      pass_moot();
      more = has_next();
    end
    if (at >= 0) begin
      if (stream_good) passed = passed + 1;
      else failed = failed + 1;
      stop = first && failed != 0;
    end
    at = next_report;
    next_report = next_report + 1;
    stream_good = 1'b1;
    crc = '1;
  endtask

  task automatic receive(input logic [95:0] got);
    logic [95:0] want, mask;
    mask = {8'hFF, ~ignore, 80'hFFFFFFFFFFFFFFFFFFFF};
    if (!is_moot(got[95:88], got[87:80])) begin
      pass_moot();
      if (!has_next()) begin
        differs("not expected", 'x, got);
      end else begin
        want = expected[next_report];
        if ((want & mask) !== (got & mask)) differs("differs", want, got);
        next_report = next_report + 1;
      end
    end
  endtask

  initial begin
    string trace_file, expected_file;
    logic [79:0] word;
    logic [31:0] sum;
    if (!$value$plusargs("trace=%s", trace_file) || !$value$plusargs("expected=%s", expected_file)) begin
      $display("csi2_rx_tb: say +trace=FILE +expected=FILE");
      $fatal(1);
    end
    if (!$value$plusargs("ignore=%h", ignore)) ignore = 8'h00;
    if (!$value$plusargs("show=%d", show)) show = 10;
    first = ($test$plusargs("first") != 0);
    $readmemh(trace_file, trace, 0, WORDS - 1);
    $readmemh(expected_file, expected, 0, REPORTS - 1);
    for (int i = 0; i < WORDS && !stop; i = i + 1) begin
      word = trace[i];
      // Between the edges, so that no simulator can see it either way.
      @(negedge clk);
      if (word[64]) end_stream();
      rst = word[64];
      extended = word[65];
      lanes = word[70:68];
      for (int lane = 0; lane < LANES; lane = lane + 1) begin
        rx_data_hs[8*lane+:8] = word[16*lane+:8];
        rx_valid_hs[lane] = word[16*lane+8];
        rx_active_hs[lane] = word[16*lane+9];
        rx_sync_hs[lane] = word[16*lane+10];
        err_sot_hs[lane] = word[16*lane+11];
        err_sot_sync_hs[lane] = word[16*lane+12];
      end
      @(posedge clk);
      #1;
      for (int lane = 0; lane < LANES; lane = lane + 1) begin
        if (payload_keep[lane] === 1'b1) crc = crc32_byte(crc, payload_data[8*lane+:8]);
      end
      if (report_valid === 1'b1) begin
        // The checksum over no byte is zero.
        sum = ~crc;
        receive({4'd0, report_kind, report_flags, 4'd0, report_vc, 2'd0, report_dt, report_word, report_bytes, sum});
        crc = '1;
      end
    end
    if (!stop) end_stream();
    $display("%0d passed, %0d failed", passed, failed);
    if (failed != 0 || passed == 0) $fatal(1);
    $finish;
  end
endmodule
