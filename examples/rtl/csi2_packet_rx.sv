// From rows of bytes to packets: header, payload, checksum, and what is left of the burst.
//
// At most one report a clock: between the ends of two packets lie at least four bytes, a row has at most four.

module csi2_packet_rx
  import csi2_rx_pkg::*;
#(
    parameter int LANES = 4  // 1 to 4
) (
    input logic clk,
    input logic rst,
    input logic [2:0] lanes,  // in use, from lane 0 on
    input logic extended,     // two more bits of virtual channel in the ECC byte (CSI-2 v2)
    input logic [8*LANES-1:0] row_data,
    input logic [LANES-1:0] row_keep,
    input logic start,
    input logic finish,
    input logic lost_sync,
    input logic lost_align,
    input logic [LANES-1:0] which,
    output logic [8*LANES-1:0] payload_data,
    output logic [LANES-1:0] payload_keep,
    output logic report_valid,
    output report_t report
);
  localparam logic [2:0] HEADER = 3'd0;
  localparam logic [2:0] PAYLOAD = 3'd1;
  localparam logic [2:0] FOOTER = 3'd2;
  localparam logic [2:0] BETWEEN = 3'd3;  // a packet is over: trail, another packet, or neither
  localparam logic [2:0] TRAIL = 3'd4;
  localparam logic [2:0] NOWHERE = 3'd5;  // in what is dropped

  typedef struct packed {
    logic [2:0] state;
    logic [2:0] have;          // bytes in `window`
    logic [31:0] window;       // the last bytes of a header, a footer, or behind a packet; the latest on top
    logic [3:0] level;         // of the last bit of each lane
    logic [2:0] strange;       // bytes since the trail was left
    logic [2:0] matching;      // bytes of `window`, from the first on, that match the trail
    logic uniform;             // all bytes of `window` are 00, or all are FF
    logic [3:0] ahead;         // `level`, if the bytes of `window` are another header
    logic [15:0] left;         // payload bytes to come
    logic [15:0] crc;
    logic takes;               // the byte was payload
    logic says;                // there is a report
    report_t report;
  } parser_t;

  // The last bit of a byte is bit 7. The trail of a lane is the inverse of its last bit; some transmitters hold one level
  // on all lanes instead.
  function automatic parser_t accept_header(input parser_t prior, input logic corrected,
                                            input logic [25:0] header);
    parser_t now;
    now = prior;
    now.have = 3'd0;
    now.report = '0;
    now.report.flags[ECC_CORRECTED] = corrected;
    now.report.vc = {header[25:24], header[7:6]};
    now.report.dt = header[5:0];
    now.report.word = header[23:8];
`ifdef BUG_LONG_BY_BYTE
    // Short packets of channels 1 to 3 are taken for long ones.
    if (header[7:0] < 8'h10) begin
`else
    if (header[5:0] < 6'h10) begin
`endif
      now.report.kind = SHORT_PACKET;
      now.says = 1'b1;
      now.state = BETWEEN;
      now.matching = 3'd0;
    end else begin
      now.report.kind = LONG_PACKET;
      now.left = header[23:8];
      now.crc = CRC_INIT;
      // A long packet without payload has its checksum all the same.
`ifdef BUG_EMPTY_PACKET
      now.state = PAYLOAD;
`else
      now.state = (header[23:8] == 16'd0) ? FOOTER : PAYLOAD;
`endif
    end
    accept_header = now;
  endfunction

  function automatic parser_t nothing(input parser_t prior, input logic [7:0] flag);
    parser_t now;
    now = prior;
    now.report = '0;
    now.report.kind = NO_PACKET;
    now.report.flags = flag;
    now.says = 1'b1;
    now.state = NOWHERE;
    nothing = now;
  endfunction

  function automatic parser_t take_byte(input parser_t prior, input logic [7:0] data, input int lane,
                                        input logic [2:0] width, input logic wide);
    parser_t now;
    header_t header;
    logic [31:0] window;
    logic is_trail, doubtful;
    logic [3:0] levels, ahead;  // Icarus 11 selects no bit of a member by a variable
    doubtful = 1'b0;
    ahead = 4'd0;
    header = '0;
`ifdef BUG_TRAIL_ZERO
    levels = 4'hF;
`else
    levels = prior.level;
`endif
    is_trail = (data == {8{~levels[lane]}});
    now = prior;
    now.takes = 1'b0;
    window = {data, prior.window[31:8]};
    now.window = window;
    now.have = prior.have + 3'd1;
    case (prior.state)
      HEADER: begin
        levels[lane] = data[7];
        if (prior.have == 3'd3) begin
          header = receive_header(window, wide);
          if (header.usable) begin
            now = accept_header(now, header.corrected, header.data);
          end else begin
            now = nothing(now, 8'd1 << ECC_DOUBLE);
            now.report.vc = {header.data[25:24], header.data[7:6]};
            now.report.dt = header.data[5:0];
            now.report.word = header.data[23:8];
          end
        end
      end
      PAYLOAD: begin
        levels[lane] = data[7];
        now.takes = 1'b1;
        now.crc = crc_byte(prior.crc, data);
        now.left = prior.left - 16'd1;
        now.report.bytes = prior.report.bytes + 16'd1;
        now.have = 3'd0;
        if (prior.left == 16'd1) now.state = FOOTER;
      end
      FOOTER: begin
        levels[lane] = data[7];
        if (prior.have == 3'd1) begin
`ifdef BUG_FOOTER_ORDER
          now.report.flags[CRC_ERR] = ({window[23:16], window[31:24]} != prior.crc);
`else
          now.report.flags[CRC_ERR] = (window[31:16] != prior.crc);
`endif
          now.says = 1'b1;
          now.have = 3'd0;
          now.matching = 3'd0;
          now.state = BETWEEN;
        end
      end
      BETWEEN: begin
        ahead = (prior.have == 3'd0) ? prior.level : prior.ahead;
        ahead[lane] = data[7];
        now.ahead = ahead;
        now.uniform = (data == 8'h00 || data == 8'hFF)
            && (prior.have == 3'd0 || (prior.uniform && data == prior.window[31:24]));
        if (is_trail && prior.matching == prior.have) now.matching = prior.matching + 3'd1;
        if (prior.have == 3'd3) begin
          header = receive_header(window, wide);
          now.strange = 3'd4 - now.matching;
          doubtful = (header.data[23:0] != window[23:0]) || (wide && header.data[25:24] != window[31:30])
              || (now.matching >= width && now.strange <= width);
          if (now.matching == 3'd4) begin
            now.state = TRAIL;
          end else if (now.uniform) begin
            levels = {4{~data[7]}};
            now.strange = 3'd0;
            now.state = TRAIL;
          end else if (header.usable && !(header.corrected && doubtful)) begin
            // Another packet of the same burst. A correction of data proves nothing here: any four bytes can be corrected
            // half of the time.
            levels = ahead;
            now = accept_header(now, header.corrected, header.data);
          end else if (now.strange <= width) begin
            now.state = TRAIL;
          end else begin
            now = nothing(now, 8'd1 << TRAILING);
          end
        end
      end
      TRAIL: begin
        now.have = 3'd0;
        // Once a byte does not match, it and what follows must be the last, cut byte of each lane.
        if (!is_trail || prior.strange != 3'd0) now.strange = prior.strange + 3'd1;
        if (now.strange > width) now = nothing(now, 8'd1 << TRAILING);
      end
      default: now.have = 3'd0;
    endcase
    now.level = levels;
    take_byte = now;
  endfunction

  // What the end of a burst says.
  function automatic parser_t end_burst(input parser_t prior, input logic [2:0] width);
    parser_t now;
    now = prior;
    case (prior.state)
      HEADER: begin
        if (prior.have != 3'd0) begin
          now = nothing(prior, 8'd1 << WC_SHORT);
          now.report.bytes = {13'd0, prior.have};
        end
      end
      PAYLOAD, FOOTER: begin
        now.report.flags[WC_SHORT] = 1'b1;
        now.says = 1'b1;
      end
      BETWEEN: begin
        if (!prior.uniform && prior.have - prior.matching > width) now = nothing(prior, 8'd1 << TRAILING);
      end
      default: ;
    endcase
    now.state = NOWHERE;
    end_burst = now;
  endfunction

  parser_t parser;
  logic finish_after;

  always_ff @(posedge clk) begin : main
    parser_t next;
    next = parser;
    next.says = 1'b0;
    payload_keep <= '0;
    if (start) begin
      if (which != '0) begin
        next = nothing(next, 8'd1 << SOT_ERR);
        next.report.word = 16'(which);
      end
      next.state = HEADER;
      next.have = 3'd0;
      next.level = '1;  // of the sync byte
    end
    if (lost_sync) next = nothing(next, 8'd1 << SOT_SYNC_ERR);
    if (lost_align) begin
      next = nothing(next, 8'd1 << ALIGN_ERR);
      next.report.word = 16'(which);
    end
    for (int i = 0; i < LANES; i = i + 1) begin
      if (row_keep[i]) begin
        next = take_byte(next, row_data[8*i+:8], i, lanes, extended);
        payload_keep[i] <= next.takes;
      end
    end
    if (finish_after) next = end_burst(next, lanes);
    if (rst) begin
      next = '0;
      next.state = NOWHERE;
    end
    payload_data <= row_data;
    parser <= next;
    // A row that ends a packet and the end of the burst may come together.
    finish_after <= finish && !rst;
    report_valid <= next.says && !rst;
    report <= next.report;
  end
endmodule
