// From lanes that begin a few byte clocks apart to rows of one byte a lane.
//
// A burst begins with the first RxSyncHS. When each lane in use has had its own, `start` is told, and from then on rows
// leave: the bytes of lanes 0 to N-1 of the same place. When some lane has ended, the last row holds the lanes before it;
// what other lanes still have is trail. Then `finish`. Instead of `start`, `lost` says that the burst cannot be used.

module csi2_lane_align #(
    parameter int LANES = 4,
    parameter int MAX_SKEW = 6  // byte clocks between the first and the last sync
) (
    input logic clk,
    input logic rst,
    input logic [2:0] lanes,  // in use, from lane 0 on
    input logic [8*LANES-1:0] rx_data_hs,
    input logic [LANES-1:0] rx_valid_hs,
    input logic [LANES-1:0] rx_active_hs,
    input logic [LANES-1:0] rx_sync_hs,
    input logic [LANES-1:0] err_sot_hs,
    input logic [LANES-1:0] err_sot_sync_hs,
    output logic [8*LANES-1:0] row_data,
    output logic [LANES-1:0] row_keep,
    output logic start,
    output logic finish,
    output logic lost_sync,   // RxSyncHS will not come: ErrSotSyncHS
    output logic lost_align,  // too late, or not at all
    output logic [LANES-1:0] which  // with start: lanes with ErrSotHS; with lost_align: lanes that are missing
);
  localparam int DEPTH = 16;  // of each lane, more than MAX_SKEW + 1
`ifdef BUG_SKEW_WINDOW
  localparam logic [4:0] LAST_CHANCE = MAX_SKEW[4:0] / 5'd2;
`else
  localparam logic [4:0] LAST_CHANCE = MAX_SKEW[4:0];
`endif
  localparam int SPAN = $clog2(DEPTH);

  localparam logic [1:0] IDLE = 2'd0;  // no lane has begun
  localparam logic [1:0] WAITING = 2'd1;  // some have
  localparam logic [1:0] RUNNING = 2'd2;
  localparam logic [1:0] DROPPING = 2'd3;  // until all lanes have stopped

  logic [1:0] state;
  logic [4:0] since;  // clocks since the first lane began
  logic [LANES-1:0] began, ended, wrong;
  logic [7:0] fifo[0:LANES*DEPTH-1];
  logic [SPAN-1:0] head[0:LANES-1];
  logic [SPAN-1:0] tail[0:LANES-1];

  logic [LANES-1:0] used;
  logic [LANES-1:0] begins, accepts, holds;
  logic [LANES-1:0] prefix;  // lanes of the next row
  logic all_hold, done;

  always_comb begin
    done = 1'b0;
    for (int i = 0; i < LANES; i = i + 1) begin
      used[i] = (i < lanes);
      begins[i] = used[i] && rx_sync_hs[i] && !began[i] && state != DROPPING;
      accepts[i] = used[i] && (began[i] || begins[i]) && rx_valid_hs[i] && !ended[i] && state != DROPPING;
      holds[i] = (head[i] != tail[i]);
    end
    // A row ends before the first lane that has nothing more to give.
    all_hold = 1'b1;
    for (int i = 0; i < LANES; i = i + 1) begin
      prefix[i] = used[i] && holds[i] && all_hold;
      if (used[i] && !holds[i]) all_hold = 1'b0;
      if (used[i] && !holds[i] && ended[i]) done = 1'b1;
    end
  end

  always_ff @(posedge clk) begin
    start <= 1'b0;
    finish <= 1'b0;
    lost_sync <= 1'b0;
    lost_align <= 1'b0;
    row_keep <= '0;
    if (rst) begin
      state <= IDLE;
      since <= '0;
      began <= '0;
      ended <= '0;
      wrong <= '0;
      which <= '0;
      for (int i = 0; i < LANES; i = i + 1) begin
        head[i] <= '0;
        tail[i] <= '0;
      end
    end else begin
      began <= began | begins;
      wrong <= wrong | (begins & err_sot_hs);
      ended <= ended | (began & ~rx_active_hs & used);
      for (int i = 0; i < LANES; i = i + 1) begin
        if (accepts[i]) begin
          fifo[i*DEPTH+int'(tail[i])] <= rx_data_hs[8*i+:8];
          tail[i] <= tail[i] + 1'b1;
        end
      end
      case (state)
        IDLE, WAITING: begin
`ifdef BUG_ALIGN_LATE
          // A lane that is late loses its first byte.
          for (int i = 0; i < LANES; i = i + 1) begin
            if (begins[i] && state == WAITING) head[i] <= head[i] + 1'b1;
          end
`endif
          if ((err_sot_sync_hs & used) != '0) begin
            lost_sync <= 1'b1;
            state <= DROPPING;
          end else if ((used & ~(began | begins)) == '0) begin
            start <= 1'b1;
            which <= wrong | (begins & err_sot_hs);
            state <= RUNNING;
          end else if (state == WAITING && since == LAST_CHANCE) begin
            lost_align <= 1'b1;
            which <= used & ~(began | begins);
            state <= DROPPING;
          end else if (state == WAITING || begins != '0) begin
            state <= WAITING;
            since <= since + 1'b1;
          end
        end
        RUNNING: begin
          if (all_hold || done) begin
            row_keep <= prefix;
            for (int i = 0; i < LANES; i = i + 1) begin
              row_data[8*i+:8] <= fifo[i*DEPTH+int'(head[i])];
              if (prefix[i]) head[i] <= head[i] + 1'b1;
            end
          end
          if (done) begin
            finish <= 1'b1;
            state <= DROPPING;
          end
        end
        default: begin
          if ((rx_active_hs & used) == '0) begin
            state <= IDLE;
            since <= '0;
            began <= '0;
            ended <= '0;
            wrong <= '0;
            for (int i = 0; i < LANES; i = i + 1) begin
              head[i] <= '0;
              tail[i] <= '0;
            end
          end
        end
      endcase
    end
  end
endmodule
