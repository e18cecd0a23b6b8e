/* For hosts, under valgrind: every function on buffers of every small length, each allocated to the byte. */
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "csi2.h"

#define MOST 40

/* Mixes everything that came out, so that nothing is read that was not written. */
static uint32_t mixed;

static void mix(const void *bytes, size_t length)
{
    const uint8_t *from = bytes;
    while (length-- > 0) {
        mixed = mixed * 31 + *from++;
    }
}

/* One line for what is wrong; all that is right is one line in the end. */
static uint32_t right;

static void expect(const char *what, uint32_t got, uint32_t expected)
{
    if (got == expected) {
        right++;
    } else {
        check(what, got, expected);
    }
}

static void *exactly(size_t length)
{
    void *room = malloc(length > 0 ? length : 1);
    if (room == NULL) {
        abort();
    }
    /* One byte that may not be touched is no buffer of length 0: pass NULL then. */
    if (length == 0) {
        free(room);
        return NULL;
    }
    return room;
}

static void lines(csi2_data_type_t data_type, const uint8_t *bytes, size_t length)
{
    for (size_t room = 0; room <= MOST; room++) {
        uint16_t *samples = exactly(room * sizeof *samples);
        uint32_t *wide = exactly(room * sizeof *wide);
        uint8_t *packed = exactly(length);
        size_t done = csi2_unpack(data_type, bytes, length, samples, room);
        mix(samples, done * sizeof *samples);
        mix(packed, csi2_pack(data_type, samples, done, packed, length));
        done = csi2_unpack_wide(data_type, bytes, length, wide, room);
        mix(wide, done * sizeof *wide);
        mix(packed, csi2_pack_wide(data_type, wide, done, packed, length));
        free(samples);
        free(wide);
        free(packed);
    }
}

static void receive(csi2_framing_t framing, uint8_t lanes, const uint8_t *bytes, size_t length)
{
    const csi2_settings_t settings = {.vcx = CSI2_VCX_CLASSIC_FIRST, .framing = framing, .trail_lanes = lanes};
    csi2_depacketizer_t *receiver = exactly(sizeof *receiver);
    csi2_event_t event;
    csi2_depacketizer_init(receiver, &settings, csi2_checksum_bytewise);
    for (size_t at = 0; at < length;) {
        /* A piece of its own, gone after the call. */
        size_t now = length - at < 3 ? length - at : 3;
        uint8_t *piece = exactly(now);
        memcpy(piece, bytes + at, now);
        size_t consumed = 0;
        csi2_depacketizer_push(receiver, piece, now, &consumed, &event);
        mix(event.bytes, event.length);
        free(piece);
        at += consumed;
    }
    do {
        csi2_depacketizer_end_of_burst(receiver, &event);
        mix(event.bytes, event.length);
    } while (event.kind != CSI2_EVENT_NONE);
    free(receiver);
}

static void lanes(size_t count, const uint8_t *bytes, size_t length)
{
    uint8_t *lane[CSI2_MAX_LANES];
    size_t room = csi2_lane_length(length, count, 0);
    for (size_t index = 0; index < count; index++) {
        lane[index] = exactly(room);
    }
    expect("distributed", csi2_distribute(bytes, length, lane, count, room), CSI2_OK);
    csi2_merger_t *merger = exactly(sizeof *merger);
    uint8_t *merged = exactly(length);
    csi2_merger_init(merger, count);
    size_t done = 0;
    size_t pushed[CSI2_MAX_LANES] = {0};
    /* A lane of more than CSI2_MERGER_SKEW bytes takes two turns. */
    for (int turn = 0; turn < 2; turn++) {
        for (size_t index = count; index-- > 0;) {
            size_t have = csi2_lane_length(length, count, index) - pushed[index];
            const uint8_t *from = have > 0 ? lane[index] + pushed[index] : NULL;
            pushed[index] += csi2_merger_push(merger, index, from, have);
        }
        size_t room_left = length - done;
        done += csi2_merger_drain(merger, room_left > 0 ? merged + done : NULL, room_left);
    }
    expect("merged", (uint32_t)done, (uint32_t)length);
    expect("as it was", length == 0 || memcmp(merged, bytes, length) == 0, 1);
    for (size_t index = 0; index < count; index++) {
        free(lane[index]);
    }
    free(merger);
    free(merged);
}

static void packets(csi2_data_type_t data_type, const uint8_t *bytes, size_t length)
{
    csi2_received_t received;
    csi2_packet_t packet;
    csi2_checksum_t checksum;
    if (csi2_header_parse(bytes, length, CSI2_VCX_EXTENDED, &received) == CSI2_OK) {
        mix(&received, sizeof received);
    }
    if (csi2_packet_parse(bytes, length, CSI2_VCX_EXTENDED, csi2_checksum_fast, &packet) == CSI2_OK) {
        mix(packet.payload, packet.payload_length);
    }
    csi2_payload_check(csi2_checksum_fast, bytes, length, 0, &checksum);
    mix(&checksum.computed, sizeof checksum.computed);
    expect("checksum", csi2_checksum_bytewise(CSI2_CHECKSUM_INITIAL, bytes, length), checksum.computed);

    const csi2_header_t header = {.data_type = data_type, .word = (uint16_t)length};
    size_t needed = csi2_packet_length(&header);
    for (size_t room = 0; room <= needed; room++) {
        uint8_t *out = exactly(room);
        size_t written = 0;
        csi2_status_t status =
            data_type < 0x10 ? csi2_short_packet_encode(&header, out, room, &written)
                             : csi2_long_packet_encode(&header, bytes, length, csi2_checksum_fast, out, room, &written);
        expect("encoded", status, room < needed ? CSI2_ERROR_SPACE : CSI2_OK);
        mix(out, written);
        for (size_t end = 0; end <= written; end++) {
            uint8_t *part = exactly(end);
            if (end > 0) {
                memcpy(part, out, end);
            }
            receive(CSI2_FRAMING_BURSTS, 4, part, end);
            receive(CSI2_FRAMING_ENDLESS, 0, part, end);
            free(part);
        }
        free(out);
    }
}

int main(void)
{
    for (size_t length = 0; length <= MOST; length++) {
        uint8_t *bytes = exactly(length);
        for (size_t at = 0; at < length; at++) {
            bytes[at] = (uint8_t)(at * 37 + length);
        }
        for (unsigned data_type = 0; data_type < 0x40; data_type++) {
            lines((csi2_data_type_t)data_type, bytes, length);
        }
        for (size_t count = 1; count <= CSI2_MAX_LANES; count++) {
            lanes(count, bytes, length);
        }
        receive(CSI2_FRAMING_BURSTS, 1, bytes, length);
        receive(CSI2_FRAMING_ENDLESS, 0, bytes, length);
        packets(CSI2_DT_FS, bytes, length);
        packets(CSI2_DT_RAW8, bytes, length);
        free(bytes);
    }
    print("mixed ");
    print_number(mixed);
    print("\n");
    print_number(right);
    print(" answers right\n");
    check("many answers", right > 2000, true);
    return check_summary();
}
