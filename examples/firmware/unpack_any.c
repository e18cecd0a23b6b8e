/* Payloads of any data type: more code, for programs that learn the type from the link. */
#include "check.h"
#include "csi2.h"

int main(void)
{
    uint16_t samples[8] = {0};
    uint8_t packed[8] = {0};

    /* U, Y, V, Y. */
    static const uint8_t yuv422[] = {0x80, 0x40, 0xC0, 0x3F, 0x39};
    static const uint16_t uyvy[] = {0x201, 0x102, 0x303, 0x0FC};
    check("YUV422 of 10 bits", (uint32_t)csi2_unpack(CSI2_DT_YUV422_10, yuv422, sizeof yuv422, samples, 8), 4);
    check_samples("  U Y V Y", samples, uyvy, 4);

    /* Blue, green, red: red, green and blue at full scale. */
    static const uint8_t rgb565[] = {0x00, 0xF8, 0xE0, 0x07, 0x1F, 0x00};
    static const uint16_t colours[] = {0, 0, 31, 0, 63, 0};
    check("RGB565", (uint32_t)csi2_unpack(CSI2_DT_RGB565, rgb565, 4, samples, 8), 6);
    check_samples("  B G R", samples, colours, 6);
    check("  packed again", (uint32_t)csi2_pack(CSI2_DT_RGB565, samples, 6, packed, sizeof packed), 4);
    check_bytes("  bytes", packed, rgb565, 4);

    /* More than 16 bits: two halves of ten, the high one first. */
    static const uint8_t raw20[] = {0x12, 0xD1, 0xAB, 0x37, 0xB4};
    uint32_t wide[2] = {0};
    check("RAW20", (uint32_t)csi2_unpack_wide(CSI2_DT_RAW20, raw20, sizeof raw20, wide, 2), 2);
    check("  first", wide[0], 0x12345);
    check("  second", wide[1], 0xABCDE);
    check("  packed again", (uint32_t)csi2_pack_wide(CSI2_DT_RAW20, wide, 2, packed, sizeof packed), 5);
    check_bytes("  bytes", packed, raw20, sizeof raw20);

    check("RAW20 has no 16-bit samples", (uint32_t)csi2_unpack(CSI2_DT_RAW20, raw20, 5, samples, 8), 0);
    check("embedded data has none at all", (uint32_t)csi2_unpack(CSI2_DT_EMBEDDED, raw20, 5, samples, 8), 0);
    check("nor has what is no data type", (uint32_t)csi2_unpack(0x6B, raw20, 5, samples, 8), 0);
    return check_summary();
}
