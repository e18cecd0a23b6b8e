/* Payloads to samples and back, by the formats that a program names. */
#include "check.h"
#include "csi2.h"

typedef size_t (*unpack_t)(const uint8_t *, size_t, uint16_t *, size_t);
typedef size_t (*pack_t)(const uint16_t *, size_t, uint8_t *, size_t);

static void both_ways(const char *what, unpack_t unpack, pack_t pack, const uint8_t *packed, size_t length,
                      const uint16_t *samples, size_t count)
{
    uint16_t unpacked[8] = {0};
    uint8_t repacked[16] = {0};
    print(what);
    print("\n");
    check("  samples", (uint32_t)unpack(packed, length, unpacked, 8), (uint32_t)count);
    check_samples("  unpacked", unpacked, samples, count);
    check("  bytes", (uint32_t)pack(samples, count, repacked, sizeof repacked), (uint32_t)length);
    check_bytes("  packed again", repacked, packed, length);
}

int main(void)
{
    /* stevenbell/csirx unit_tests/raw10_decoder_testvec.txt */
    static const uint8_t raw10[] = {0x5E, 0xC2, 0xA0, 0xAB, 0x33};
    static const uint16_t samples_10[] = {0x17B, 0x308, 0x283, 0x2AC};
    both_ways("RAW10", csi2_unpack_raw10, csi2_pack_raw10, raw10, sizeof raw10, samples_10, 4);

    /* By the layouts in the Linux kernel's pixfmt-srggb12p.rst and pixfmt-srggb14p.rst. */
    static const uint8_t raw12[] = {0xAB, 0x12, 0x3C};
    static const uint16_t samples_12[] = {0xABC, 0x123};
    both_ways("RAW12", csi2_unpack_raw12, csi2_pack_raw12, raw12, sizeof raw12, samples_12, 2);
    static const uint8_t raw14[] = {0x00, 0x7F, 0xAA, 0xFF, 0x81, 0x30, 0xFC};
    static const uint16_t samples_14[] = {0x0001, 0x1FC2, 0x2A83, 0x3FFF};
    both_ways("RAW14", csi2_unpack_raw14, csi2_pack_raw14, raw14, sizeof raw14, samples_14, 4);
    static const uint8_t raw8[] = {0x00, 0x7F, 0xFF};
    static const uint16_t samples_8[] = {0x00, 0x7F, 0xFF};
    both_ways("RAW8", csi2_unpack_raw8, csi2_pack_raw8, raw8, sizeof raw8, samples_8, 3);
    /* The high byte comes first. */
    static const uint8_t raw16[] = {0x12, 0x34, 0xAB, 0xCD};
    static const uint16_t samples_16[] = {0x1234, 0xABCD};
    both_ways("RAW16", csi2_unpack_raw16, csi2_pack_raw16, raw16, sizeof raw16, samples_16, 2);

    size_t bytes = 0;
    size_t samples = 0;
    check("a row of 1920 RAW10", csi2_line_size(CSI2_DT_RAW10, 0, 1920, &bytes, &samples), CSI2_OK);
    check("  bytes", (uint32_t)bytes, 2400);
    check("  samples", (uint32_t)samples, 1920);
    check("1921 are no whole groups", csi2_line_size(CSI2_DT_RAW10, 0, 1921, &bytes, &samples), CSI2_ERROR_VALUE);

    uint16_t few[3] = {0};
    check("whole groups only", (uint32_t)csi2_unpack_raw10(raw10, sizeof raw10, few, 3), 0);
    check("NULL", (uint32_t)csi2_unpack_raw10(NULL, 5, few, 3), 0);
    return check_summary();
}
