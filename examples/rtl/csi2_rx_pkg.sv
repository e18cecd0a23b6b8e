// What the modules of the reference receiver share: the header ECC, the payload checksum, the report of a packet.
//
// Ref: gatecat/CSI2Rx verilog_cores/csi/header_ecc.v and torvalds/linux drivers/gpu/drm/sun4i/sun6i_mipi_dsi.c (24-bit ECC);
// stevenbell/csirx (test vectors); CRC-16/MCRF4XX of the CRC catalogue (checksum).

package csi2_rx_pkg;

  // Kinds of report.
  localparam logic [3:0] SHORT_PACKET = 4'd0;
  localparam logic [3:0] LONG_PACKET  = 4'd1;
  localparam logic [3:0] NO_PACKET    = 4'd2;  // only its flags mean something

  // Flags of a report, by bit.
  localparam int ECC_CORRECTED = 0;  // one header bit was wrong, a check bit perhaps; the fields are the corrected ones
  localparam int ECC_DOUBLE    = 1;  // no usable header; the rest of the burst is dropped
  localparam int CRC_ERR       = 2;  // payload and checksum do not agree
  localparam int WC_SHORT      = 3;  // the burst ended inside the packet
  localparam int TRAILING      = 4;  // bytes behind a packet that are neither trail nor header
  localparam int SOT_ERR       = 5;  // one wrong bit in a sync byte; the burst is used
  localparam int SOT_SYNC_ERR  = 6;  // no sync byte on some lane; the burst is lost
  localparam int ALIGN_ERR     = 7;  // a lane came too late or not at all; the burst is lost

  typedef struct packed {
    logic [3:0]  kind;
    logic [7:0]  flags;
    logic [3:0]  vc;
    logic [5:0]  dt;
    logic [15:0] word;   // word count or number; lanes as a mask for SOT_ERR and ALIGN_ERR
    logic [15:0] bytes;  // payload bytes received; header bytes where the burst ended inside a header
  } report_t;

  // Data bits under each check bit: D[7:0] data identifier, D[23:8] word, D[25:24] channel extension.
`ifdef BUG_ECC_MASK
  localparam logic [25:0] P0 = 26'h1F12CB6;
`else
  localparam logic [25:0] P0 = 26'h1F12CB7;
`endif
  localparam logic [25:0] P1 = 26'h2F2555B;
  localparam logic [25:0] P2 = 26'h3749A6D;
  localparam logic [25:0] P3 = 26'h3B8E38E;
  localparam logic [25:0] P4 = 26'h3DF03F0;
`ifdef BUG_ECC_EXTENSION
  localparam logic [25:0] P5 = 26'h2EFFC00;
`else
  localparam logic [25:0] P5 = 26'h3EFFC00;
`endif

  function automatic logic [5:0] check_bits(input logic [25:0] data);
    check_bits = {^(data & P5), ^(data & P4), ^(data & P3), ^(data & P2), ^(data & P1), ^(data & P0)};
  endfunction

  // The verdict on a header, and the header after correction.
  typedef struct packed {
    logic        usable;
    logic        corrected;
    logic [25:0] data;
  } header_t;

  // `wire_bits`: the four bytes, the first one lowest. Each column of the code has odd weight: two wrong bits give an
  // even syndrome, which is nobody's column.
  function automatic header_t receive_header(input logic [31:0] wire_bits, input logic extended);
    header_t verdict;
    logic [25:0] data;
    logic [5:0]  syndrome;
    data = {extended ? wire_bits[31:30] : 2'b00, wire_bits[23:0]};
    syndrome = wire_bits[29:24] ^ check_bits(data);
    verdict.usable = (syndrome == 6'd0);
    verdict.corrected = 1'b0;
    verdict.data = data;
    for (int i = 0; i < 26; i = i + 1) begin
      if (syndrome == check_bits(26'd1 << i) && (extended || i < 24)) begin
        verdict.usable = 1'b1;
        verdict.corrected = 1'b1;
        verdict.data = data ^ (26'd1 << i);
      end
    end
`ifndef BUG_ECC_CHECK_BIT
    for (int i = 0; i < 6; i = i + 1) begin
      if (syndrome == (6'd1 << i)) begin
        verdict.usable = 1'b1;
        verdict.corrected = 1'b1;
      end
    end
`endif
    receive_header = verdict;
  endfunction

`ifdef BUG_CRC_INIT
  localparam logic [15:0] CRC_INIT = 16'h0000;
`else
  localparam logic [15:0] CRC_INIT = 16'hFFFF;
`endif

  // x^16 + x^12 + x^5 + 1, least significant bit first.
  function automatic logic [15:0] crc_byte(input logic [15:0] crc, input logic [7:0] data);
    logic [15:0] rest;
    rest = crc ^ {8'd0, data};
    for (int i = 0; i < 8; i = i + 1) begin
      rest = (rest >> 1) ^ (rest[0] ? 16'h8408 : 16'h0000);
    end
    crc_byte = rest;
  endfunction

endpackage
