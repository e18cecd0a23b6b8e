/* A payload against its footer, at once and as it comes. */
#include "check.h"
#include "csi2.h"

/* codetd.com/article/17317554: footer F0 00. */
static const uint8_t published[] = {
    0xFF, 0x00, 0x00, 0x02, 0xB9, 0xDC, 0xF3, 0x72, 0xBB, 0xD4, 0xB8, 0x5A,
    0xC8, 0x75, 0xC2, 0x7C, 0x81, 0xF8, 0x05, 0xDF, 0xFF, 0x00, 0x00, 0x01,
};

static void by(const char *what, csi2_checksum_function_t update)
{
    print(what);
    print("\n");
    check("  published payload", update(CSI2_CHECKSUM_INITIAL, published, sizeof published), 0x00F0);
    /* The check value of CRC-16/MCRF4XX. */
    check("  123456789", update(CSI2_CHECKSUM_INITIAL, (const uint8_t *)"123456789", 9), 0x6F91);
    /* An empty packet has a footer too; one of zeros is an ordinary footer. */
    check("  nothing", update(CSI2_CHECKSUM_INITIAL, NULL, 0), 0xFFFF);
    static const uint8_t ones[] = {0xFF, 0xFF};
    check("  ff ff", update(CSI2_CHECKSUM_INITIAL, ones, sizeof ones), 0x0000);

    uint16_t value = CSI2_CHECKSUM_INITIAL;
    for (size_t at = 0; at < sizeof published; at++) {
        value = update(value, &published[at], 1);
    }
    check("  a byte at a time", value, 0x00F0);

    csi2_checksum_t checksum;
    check("  checked", csi2_payload_check(update, published, sizeof published, 0x00F0, &checksum), CSI2_OK);
    check("  it matches", checksum.matches, true);
    uint8_t spoilt[sizeof published];
    for (size_t at = 0; at < sizeof published; at++) {
        spoilt[at] = published[at];
    }
    spoilt[7] ^= 0x10;
    check("  one bit wrong", csi2_payload_check(update, spoilt, sizeof spoilt, 0x00F0, &checksum), CSI2_OK);
    check("  it does not match", checksum.matches, false);
    check("  received", checksum.received, 0x00F0);
    check("  computed", checksum.computed, update(CSI2_CHECKSUM_INITIAL, spoilt, sizeof spoilt));
}

int main(void)
{
    by("bitwise", csi2_checksum_bitwise);
    by("bytewise", csi2_checksum_bytewise);
    csi2_checksum_t checksum;
    check("no function", csi2_payload_check(NULL, published, sizeof published, 0x00F0, &checksum), CSI2_ERROR_POINTER);
    check("no payload", csi2_payload_check(csi2_checksum_bitwise, NULL, 3, 0x00F0, &checksum), CSI2_ERROR_POINTER);
    return check_summary();
}
