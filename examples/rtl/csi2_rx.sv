// A reference receiver for CSI-2 over D-PHY: the PPI of 1 to 4 data lanes in, payload and reports of packets out.
//
// This is the module that a receiver of your own takes the place of: see README.md.

module csi2_rx
  import csi2_rx_pkg::*;
#(
    parameter int LANES = 4,    // PPI ports, 1 to 4
    parameter int MAX_SKEW = 6  // byte clocks a lane may be later than the first
) (
    input logic clk,  // RxByteClkHS
    input logic rst,
    input logic [2:0] lanes,  // in use, from lane 0 on; changes under reset only
    input logic extended,     // header code of CSI-2 v2, with four bits of virtual channel

    // PPI, lane 0 lowest.
    input logic [8*LANES-1:0] rx_data_hs,
    input logic [LANES-1:0] rx_valid_hs,
    input logic [LANES-1:0] rx_active_hs,
    input logic [LANES-1:0] rx_sync_hs,
    input logic [LANES-1:0] err_sot_hs,
    input logic [LANES-1:0] err_sot_sync_hs,

    // Payload bytes, in the order of the lanes. They come before, or with, the report of their packet.
    output logic [8*LANES-1:0] payload_data,
    output logic [LANES-1:0] payload_keep,

    // Packets and errors, in the order of the wire.
    output logic report_valid,
    output logic [3:0] report_kind,
    output logic [7:0] report_flags,
    output logic [3:0] report_vc,
    output logic [5:0] report_dt,
    output logic [15:0] report_word,
    output logic [15:0] report_bytes
);
  logic [8*LANES-1:0] row_data;
  logic [LANES-1:0] row_keep, which;
  logic start, finish, lost_sync, lost_align;
  report_t report;

  csi2_lane_align #(
      .LANES(LANES),
      .MAX_SKEW(MAX_SKEW)
  ) lane_align (
      .*
  );

  csi2_packet_rx #(
      .LANES(LANES)
  ) packet_rx (
      .*
  );

  assign report_kind = report.kind;
  assign report_flags = report.flags;
  assign report_vc = report.vc;
  assign report_dt = report.dt;
  assign report_word = report.word;
  assign report_bytes = report.bytes;
endmodule
