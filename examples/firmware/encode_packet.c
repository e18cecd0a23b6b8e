/* A frame of one line: packets, and the lanes they go over. */
#include "check.h"
#include "csi2.h"

/* stevenbell/csirx unit_tests/raw10_decoder_testvec.txt */
static const uint8_t line[] = {0x5E, 0xC2, 0xA0, 0xAB, 0x33};
static const uint8_t expected[] = {0x2B, 0x05, 0x00, 0x2E, 0x5E, 0xC2, 0xA0, 0xAB, 0x33, 0x65, 0x61};

int main(void)
{
    uint8_t out[16];
    size_t written = 0;

    const csi2_header_t frame_start = {.data_type = CSI2_DT_FS, .word = 1};
    static const uint8_t fs[] = {0x00, 0x01, 0x00, 0x1A};
    check("frame start", csi2_short_packet_encode(&frame_start, out, sizeof out, &written), CSI2_OK);
    check("  length", (uint32_t)written, sizeof fs);
    check_bytes("  bytes", out, fs, sizeof fs);

    const csi2_header_t raw10 = {.data_type = CSI2_DT_RAW10};
    check("line", csi2_long_packet_encode(&raw10, line, sizeof line, csi2_checksum_bytewise, out, sizeof out, &written),
          CSI2_OK);
    check("  length", (uint32_t)written, sizeof expected);
    check_bytes("  bytes", out, expected, sizeof expected);

    csi2_packet_t packet;
    check("read again", csi2_packet_parse(out, written, CSI2_VCX_EXTENDED, csi2_checksum_bytewise, &packet), CSI2_OK);
    check("  it is a long one", packet.is_long, true);
    check("  its checksum matches", packet.checksum.matches, true);
    check("  length", (uint32_t)packet.length, sizeof expected);
    check_bytes("  payload", packet.payload, line, packet.payload_length);
    check("cut", csi2_packet_parse(out, 7, CSI2_VCX_EXTENDED, csi2_checksum_bytewise, &packet), CSI2_ERROR_SHORT);
    check("  it needs", (uint32_t)packet.length, 4 + sizeof line);

    /* Byte i goes to lane i mod 4. */
    uint8_t lane[4][4];
    uint8_t *const lanes[4] = {lane[0], lane[1], lane[2], lane[3]};
    check("over four lanes", csi2_distribute(out, written, lanes, 4, 4), CSI2_OK);
    static const uint8_t last[] = {0x2E, 0xAB};
    check("  bytes of the last", (uint32_t)csi2_lane_length(written, 4, 3), sizeof last);
    check_bytes("  the last", lane[3], last, sizeof last);
    check("  no room", csi2_distribute(out, written, lanes, 4, 2), CSI2_ERROR_SPACE);

    /* And back: lane 2 comes late. */
    static csi2_merger_t merger;
    uint8_t merged[16] = {0};
    check("bytes of storage", sizeof merger, 456);
    check("merged", csi2_merger_init(&merger, 4), CSI2_OK);
    for (size_t from = 0; from < 4; from++) {
        if (from != 2) {
            csi2_merger_push(&merger, from, lane[from], csi2_lane_length(written, 4, from));
        }
    }
    size_t done = csi2_merger_drain(&merger, merged, sizeof merged);
    check("  without lane 2", (uint32_t)done, 2);
    csi2_merger_push(&merger, 2, lane[2], csi2_lane_length(written, 4, 2));
    done += csi2_merger_drain(&merger, merged + done, sizeof merged - done);
    check("  with it", (uint32_t)done, sizeof expected);
    check_bytes("  bytes", merged, expected, sizeof expected);

    check("no room", csi2_long_packet_encode(&raw10, line, sizeof line, csi2_checksum_bytewise, out, 10, &written),
          CSI2_ERROR_SPACE);
    check("a short one with a payload",
          csi2_long_packet_encode(&frame_start, line, sizeof line, csi2_checksum_bytewise, out, sizeof out, &written),
          CSI2_ERROR_VALUE);
    const csi2_header_t none = {.data_type = CSI2_DT_FS, .channel = 16};
    check("channel 16", csi2_short_packet_encode(&none, out, sizeof out, &written), CSI2_ERROR_VALUE);
    return check_summary();
}
