/* Instructions, by the counter of retired ones: exact where the machine has one instruction a tick (QEMU's -icount shift=0). */
#include "check.h"
#include "csi2.h"

#define LINE 4080

static uint8_t packed[LINE];
static uint8_t burst[LINE + 16];
static uint16_t samples[LINE];
static csi2_depacketizer_t receiver;

static uint32_t retired(void)
{
    uint32_t count;
    __asm__ volatile("csrr %0, minstret" : "=r"(count)::"memory");
    return count;
}

/* `name figure unit`, the figure with two decimals. */
static void report(const char *name, uint32_t instructions, uint32_t items, const char *unit)
{
    uint32_t hundredths = (instructions * 100u + items / 2) / items;
    print("count ");
    print(name);
    print(" ");
    print_number(hundredths / 100);
    print(hundredths % 100 < 10 ? ".0" : ".");
    print_number(hundredths % 100);
    print(" ");
    print(unit);
    print("\n");
}

static void checksum(const char *name, csi2_checksum_function_t update)
{
    uint32_t before = retired();
    uint16_t value = update(CSI2_CHECKSUM_INITIAL, packed, LINE);
    uint32_t after = retired();
    report(name, after - before, LINE, "byte");
    check("  as bit by bit", value, csi2_checksum_bitwise(CSI2_CHECKSUM_INITIAL, packed, LINE));
}

static void unpack(const char *name, size_t (*unpack)(const uint8_t *, size_t, uint16_t *, size_t), size_t expected)
{
    uint32_t before = retired();
    size_t done = unpack(packed, LINE, samples, LINE);
    uint32_t after = retired();
    report(name, after - before, (uint32_t)done, "sample");
    check("  samples", (uint32_t)done, (uint32_t)expected);
}

static void pack(const char *name, size_t (*pack)(const uint16_t *, size_t, uint8_t *, size_t), size_t count)
{
    static uint8_t again[LINE];
    uint32_t before = retired();
    size_t done = pack(samples, count, again, LINE);
    uint32_t after = retired();
    report(name, after - before, (uint32_t)count, "sample");
    check("  bytes", (uint32_t)done, LINE);
    check("  as they were", csi2_checksum_bitwise(0, again, LINE), csi2_checksum_bitwise(0, packed, LINE));
}

static void header(const char *name, const uint8_t wire[4], csi2_ecc_t ecc)
{
    csi2_received_t received;
    uint32_t before = retired();
    csi2_header_parse(wire, 4, CSI2_VCX_EXTENDED, &received);
    uint32_t after = retired();
    report(name, after - before, 1, "header");
    check("  ECC", received.ecc, ecc);
}

static void receive(const char *name, csi2_checksum_function_t update)
{
    const csi2_settings_t settings = {.vcx = CSI2_VCX_EXTENDED, .framing = CSI2_FRAMING_BURSTS, .trail_lanes = 4};
    const csi2_header_t raw10 = {.data_type = CSI2_DT_RAW10};
    size_t length = 0;
    check(name, csi2_long_packet_encode(&raw10, packed, LINE, update, burst, sizeof burst, &length), CSI2_OK);
    csi2_depacketizer_init(&receiver, &settings, update);
    csi2_event_t event;
    uint32_t events = 0;
    bool matches = false;
    uint32_t before = retired();
    for (size_t at = 0; at < length;) {
        size_t consumed = 0;
        csi2_depacketizer_push(&receiver, burst + at, length - at, &consumed, &event);
        at += consumed;
        events++;
        matches = event.kind == CSI2_EVENT_LONG_END && event.checksum.matches;
    }
    do {
        csi2_depacketizer_end_of_burst(&receiver, &event);
    } while (event.kind != CSI2_EVENT_NONE);
    uint32_t after = retired();
    /* The checksum of the payload apart. */
    uint32_t sum = retired();
    update(CSI2_CHECKSUM_INITIAL, packed, LINE);
    sum = retired() - sum;
    report(name, after - before - sum, 1, "packet");
    check("  header, payload, footer", events, 3);
    check("  its checksum matches", matches, true);
}

int main(void)
{
    uint32_t noise = 1;
    for (size_t at = 0; at < LINE; at++) {
        noise = noise * 1664525u + 1013904223u;
        packed[at] = (uint8_t)(noise >> 24);
    }
    static const uint8_t good[] = {0x2B, 0x04, 0x00, 0x34};
    static const uint8_t corrected[] = {0x2A, 0x04, 0x00, 0x34};
    header("header", good, CSI2_ECC_CLEAN);
    header("header-corrected", corrected, CSI2_ECC_CORRECTED);
    checksum("checksum-bitwise", csi2_checksum_bitwise);
    checksum("checksum-bytewise", csi2_checksum_bytewise);
    unpack("unpack-raw8", csi2_unpack_raw8, LINE);
    unpack("unpack-raw10", csi2_unpack_raw10, LINE / 5 * 4);
    pack("pack-raw10", csi2_pack_raw10, LINE / 5 * 4);
    unpack("unpack-raw12", csi2_unpack_raw12, LINE / 3 * 2);
    pack("pack-raw12", csi2_pack_raw12, LINE / 3 * 2);
    unpack("unpack-raw14", csi2_unpack_raw14, LINE / 7 * 4);
    unpack("unpack-raw16", csi2_unpack_raw16, LINE / 2);
    receive("receive", csi2_checksum_bytewise);
    return check_summary();
}
