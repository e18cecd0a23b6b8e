/* Four bytes to a header, and what its ECC says. */
#include "check.h"
#include "csi2.h"

static csi2_received_t parse(const char *what, const uint8_t wire[CSI2_HEADER_SIZE], csi2_vcx_t vcx)
{
    csi2_received_t received;
    check(what, csi2_header_parse(wire, CSI2_HEADER_SIZE, vcx, &received), CSI2_OK);
    return received;
}

int main(void)
{
    csi2_received_t received;

    /* The worked example of many notes on this ECC: gatecat/CSI2Rx verilog_cores/csi/header_ecc.v. */
    static const uint8_t worked[] = {0x37, 0xF0, 0x01, 0x3F};
    received = parse("37 f0 01 3f", worked, CSI2_VCX_EXTENDED);
    check("  ECC", received.ecc, CSI2_ECC_CLEAN);
    check("  data type", received.header.data_type, 0x37);
    check("  word count", received.header.word, 0x01F0);
    check("  channel", received.header.channel, 0);
    check("  packet length", (uint32_t)csi2_packet_length(&received.header), 4 + 0x01F0 + 2);

    /* stevenbell/csirx unit_tests/ecc_block_testvec.txt */
    static const uint8_t raw10[] = {0x2B, 0x04, 0x00, 0x34};
    received = parse("2b 04 00 34", raw10, CSI2_VCX_EXTENDED);
    check("  ECC", received.ecc, CSI2_ECC_CLEAN);
    static const uint8_t one_bit[] = {0x2A, 0x04, 0x00, 0x34};
    received = parse("2a 04 00 34, one bit wrong", one_bit, CSI2_VCX_EXTENDED);
    check("  ECC", received.ecc, CSI2_ECC_CORRECTED);
    check("  bit", received.ecc_bit, 0);
    check("  data type", received.header.data_type, CSI2_DT_RAW10);
    check_bytes("  as received", received.wire, one_bit, sizeof one_bit);
    uint8_t again[CSI2_HEADER_SIZE];
    check("  written again", csi2_header_encode(&received.header, again, sizeof again), CSI2_OK);
    check_bytes("  is right", again, raw10, sizeof again);

    /* Two bits wrong, and a check bit: by the table of syndromes. */
    static const uint8_t two_bits[] = {0x28, 0x04, 0x00, 0x34};
    received = parse("28 04 00 34, two bits wrong", two_bits, CSI2_VCX_EXTENDED);
    check("  ECC", received.ecc, CSI2_ECC_UNCORRECTABLE);
    check("  syndrome", received.ecc_bit, 0x0C);
    static const uint8_t check_bit[] = {0x2B, 0x04, 0x00, 0x35};
    received = parse("2b 04 00 35, a check bit wrong", check_bit, CSI2_VCX_EXTENDED);
    check("  ECC", received.ecc, CSI2_ECC_CHECK_BIT);
    check("  data type", received.header.data_type, CSI2_DT_RAW10);

    /* A frame start on channel 4, which CSI-2 v1.x does not have. */
    static const uint8_t channel_4[] = {0x00, 0x01, 0x00, 0x67};
    received = parse("00 01 00 67 as v2.0", channel_4, CSI2_VCX_EXTENDED);
    check("  channel", received.header.channel, 4);
    received = parse("00 01 00 67 as v1.x", channel_4, CSI2_VCX_CLASSIC);
    check("  ECC", received.ecc, CSI2_ECC_UNCORRECTABLE);

    check("three bytes", csi2_header_parse(raw10, 3, CSI2_VCX_EXTENDED, &received), CSI2_ERROR_SHORT);
    check("no bytes at all", csi2_header_parse(NULL, 0, CSI2_VCX_EXTENDED, &received), CSI2_ERROR_SHORT);
    check("four bytes at NULL", csi2_header_parse(NULL, 4, CSI2_VCX_EXTENDED, &received), CSI2_ERROR_POINTER);
    check("nowhere to write", csi2_header_parse(raw10, 4, CSI2_VCX_EXTENDED, NULL), CSI2_ERROR_POINTER);
    check("no such code", csi2_header_parse(raw10, 4, 7, &received), CSI2_ERROR_VALUE);
    return check_summary();
}
