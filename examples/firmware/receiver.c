/* Bytes as they come to packets, in static storage. */
#include "check.h"
#include "csi2.h"

/* Nothing here is allocated: this is all the receiver has. */
static csi2_depacketizer_t receiver;

/* Bursts of one lane, each with its trail: the inverse of the last bit, until the lane leaves high speed. */
static const uint8_t frame_start[] = {0x00, 0x01, 0x00, 0x1A, 0xFF, 0xFF};
static const uint8_t line[] = {0x2B, 0x05, 0x00, 0x2E, 0x5E, 0xC2, 0xA0, 0xAB, 0x33, 0x65, 0x61, 0xFF};
static const uint8_t wrong_payload[] = {0x2B, 0x05, 0x00, 0x2E, 0x5E, 0xC2, 0xA1, 0xAB, 0x33, 0x65, 0x61, 0xFF};
static const uint8_t wrong_header[] = {0x28, 0x05, 0x00, 0x2E, 0x5E, 0xC2, 0xA0, 0xAB, 0x33, 0x65, 0x61, 0xFF};
static const uint8_t cut[] = {0x2B, 0x05, 0x00, 0x2E, 0x5E, 0xC2};
static const uint8_t frame_end[] = {0x01, 0x01, 0x00, 0x1D, 0xFF, 0xFF};

static uint32_t seen[CSI2_EVENT_TRAILING + 1];
static uint8_t payload[16];
static size_t payload_length;
static csi2_event_t last;

/* A real receiver would do something with them. */
static void take(const csi2_event_t *event)
{
    seen[event->kind]++;
    if (event->kind == CSI2_EVENT_LONG_START) {
        payload_length = 0;
    }
    if (event->kind == CSI2_EVENT_PAYLOAD) {
        for (size_t at = 0; at < event->length && payload_length < sizeof payload; at++) {
            payload[payload_length++] = event->bytes[at];
        }
    }
    if (event->kind != CSI2_EVENT_NONE) {
        last = *event;
    }
}

/* A burst in pieces of `piece` bytes. */
static void receive(const uint8_t *burst, size_t length, size_t piece)
{
    csi2_event_t event;
    while (length > 0) {
        size_t now = length < piece ? length : piece;
        size_t consumed = 0;
        if (csi2_depacketizer_push(&receiver, burst, now, &consumed, &event) != CSI2_OK) {
            check("pushed", 0, 1);
            return;
        }
        take(&event);
        burst += consumed;
        length -= consumed;
    }
    do {
        if (csi2_depacketizer_end_of_burst(&receiver, &event) != CSI2_OK) {
            check("ended", 0, 1);
            return;
        }
        take(&event);
    } while (event.kind != CSI2_EVENT_NONE);
}

static void frame(const char *what, size_t piece)
{
    for (size_t kind = 0; kind < sizeof seen / sizeof seen[0]; kind++) {
        seen[kind] = 0;
    }
    print(what);
    print("\n");
    receive(frame_start, sizeof frame_start, piece);
    check("  frame start", last.kind, CSI2_EVENT_SHORT);
    check("  number", last.received.header.word, 1);
    receive(line, sizeof line, piece);
    check("  line", last.kind, CSI2_EVENT_LONG_END);
    check("  its checksum matches", last.checksum.matches, true);
    check("  which is", last.checksum.computed, 0x6165);
    check("  bytes of payload", (uint32_t)payload_length, 5);
    check_bytes("  payload", payload, line + 4, 5);
    receive(wrong_payload, sizeof wrong_payload, piece);
    check("  a line with a wrong bit", last.kind, CSI2_EVENT_LONG_END);
    check("  its checksum matches not", last.checksum.matches, false);
    check("  received", last.checksum.received, 0x6165);
    receive(wrong_header, sizeof wrong_header, piece);
    check("  a header with two wrong bits", last.kind, CSI2_EVENT_RESYNC);
    check("  bytes skipped", (uint32_t)last.count, sizeof wrong_header - CSI2_HEADER_SIZE);
    receive(cut, sizeof cut, piece);
    check("  a burst that ends early", last.kind, CSI2_EVENT_TRUNCATED);
    check("  in the payload", last.missing, CSI2_MISSING_PAYLOAD);
    check("  without so many bytes", (uint32_t)last.count, 3);
    receive(frame_end, sizeof frame_end, piece);
    check("  frame end", last.received.header.data_type, CSI2_DT_FE);
    check("  short packets", seen[CSI2_EVENT_SHORT], 2);
    check("  long packets", seen[CSI2_EVENT_LONG_START], 3);
    check("  trail taken for data", seen[CSI2_EVENT_TRAILING], 0);
}

int main(void)
{
    const csi2_settings_t settings = {
        .vcx = CSI2_VCX_EXTENDED,
        .framing = CSI2_FRAMING_BURSTS,
        .trail_lanes = 1,
    };
    csi2_event_t event;
    size_t consumed;
    check("bytes of storage", sizeof receiver, 264);
    check("not initialised", csi2_depacketizer_push(&receiver, line, sizeof line, &consumed, &event), CSI2_ERROR_STATE);
    check("initialised", csi2_depacketizer_init(&receiver, &settings, csi2_checksum_bytewise), CSI2_OK);
    frame("whole bursts", sizeof line);
    frame("a byte at a time", 1);
    frame("three bytes at a time", 3);
    return check_summary();
}
