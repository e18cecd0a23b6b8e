/*
 * csi2: MIPI CSI-2 packets, lanes and samples for C.
 *
 * Written by cbindgen from crates/csi2-ffi/src: do not edit.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Pointers and lengths. A buffer is a pointer and a count of its elements (bytes, or samples). NULL is allowed where the
 * count is 0. NULL with a count, a pointer that is not aligned for its elements, and a count that no object can have are
 * refused: with CSI2_ERROR_POINTER, or with 0 by functions that return a count. The rest is the caller's promise:
 *
 *   - a buffer that is read has as many elements as the count says, and nobody writes to it during the call;
 *   - a buffer that is written has room for as many, and overlaps no other argument; nobody else uses it during the call;
 *   - a pointer to a single object is NULL, which is refused, or points to one. What is only written need not be
 *     initialised;
 *   - a checksum function reads the bytes it is given and nothing else of this library's.
 *
 * No function allocates, blocks, panics or keeps state outside of its arguments. Packets and events point into the bytes they
 * came from. Functions that share no object may run at the same time.
 *
 * Codes are integers of a fixed width, not enumerations: compilers with short ones and those without agree. Values that are
 * not listed are refused.
 */

#ifndef CSI2_H
#define CSI2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
/* A compile-time assertion for C99 and C++11. */
#define CSI2_ASSERT(name, condition) typedef char csi2_assert_##name[(condition) ? 1 : -1]
CSI2_ASSERT(byte_of_8_bits, (unsigned char)-1 == 255);

// A checksum before the first byte of a payload.
#define CSI2_CHECKSUM_INITIAL 65535

// Bytes of a header.
#define CSI2_HEADER_SIZE 4

// Bytes of a footer, which follows the payload of every long packet.
#define CSI2_FOOTER_SIZE 2

// Words of eight bytes within a csi2_depacketizer_t.
#define CSI2_DEPACKETIZER_WORDS 32

// The most data lanes of a link.
#define CSI2_MAX_LANES 8

// Bytes that a lane may be ahead of the slowest by, in a merger.
#define CSI2_MERGER_SKEW 32

// Words of eight bytes within a csi2_merger_t.
#define CSI2_MERGER_WORDS 56

// How a call went: one of CSI2_OK and CSI2_ERROR_*. What a link did wrong is no error but part of the answer.
typedef uint8_t csi2_status_t;

// A way to compute the checksum: the value after `length` bytes, which was `value` before them. One of csi2_checksum_bitwise,
// csi2_checksum_bytewise and csi2_checksum_fast, or the driver of a CRC unit (x^16 + x^12 + x^5 + 1, reflected, no inversion at
// the end). A program links those that it names.
typedef uint16_t (*csi2_checksum_function_t)(uint16_t value, const uint8_t *bytes, size_t length);

// What the checksum of a payload says.
typedef struct {
    // The footer.
    uint16_t received;
    // Of the payload.
    uint16_t computed;
    // Whether they are equal.
    bool matches;
} csi2_checksum_t;

// Whether bits 7:6 of the ECC byte carry a virtual channel extension: one of CSI2_VCX_*.
typedef uint8_t csi2_vcx_t;

// A data type, 0x00 to 0x3F. CSI2_DT_* names those that have a name; the others survive a round trip.
typedef uint8_t csi2_data_type_t;

// What a header says.
typedef struct {
    // Word count of a long packet, data field of a short one (number of a frame or line).
    uint16_t word;
    // Data type, 0x00 to 0x3F.
    csi2_data_type_t data_type;
    // Virtual channel, 0 to 15. Those above 3 need the header extension of CSI-2 v2.0.
    uint8_t channel;
} csi2_header_t;

// What the ECC says about a header: one of CSI2_ECC_*.
typedef uint8_t csi2_ecc_t;

// A header as it came, what it means, and what the ECC says about it.
typedef struct {
    // After correction; as received when uncorrectable.
    csi2_header_t header;
    // The four bytes as received.
    uint8_t wire[CSI2_HEADER_SIZE];
    // What the ECC says: one of CSI2_ECC_*.
    csi2_ecc_t ecc;
    // Which bit was wrong: data bit 0 to 25 (0 to 7 data identifier, 8 to 23 word, 24 and 25 channel extension), or check bit
    // 0 to 5; of an uncorrectable header the syndrome; else 0.
    uint8_t ecc_bit;
} csi2_received_t;

// A packet in a buffer.
typedef struct {
    // Its header. If uncorrectable, nothing says how long the packet was: it counts as a short one.
    csi2_received_t received;
    // Whether payload and checksum are of any meaning.
    bool is_long;
    // What the checksum says.
    csi2_checksum_t checksum;
    // The payload, in the buffer that was read; NULL without one.
    const uint8_t *payload;
    // Bytes of the payload.
    size_t payload_length;
    // Bytes of the packet.
    size_t length;
} csi2_packet_t;

// An incremental receiver, of which C knows the size only. Static, on the stack or in an object of the caller's: no function
// frees or allocates one. All zeros is a receiver that is not initialised; calls refuse it. It may be copied as a whole.
typedef struct {
    // Of no meaning to the caller.
    uint64_t state;
    // Of no meaning to the caller.
    uint64_t words[CSI2_DEPACKETIZER_WORDS];
} csi2_depacketizer_t;

// What separates packets: one of CSI2_FRAMING_*.
typedef uint8_t csi2_framing_t;

// Parameters of a receiver.
typedef struct {
    // Header code: one of CSI2_VCX_*.
    csi2_vcx_t vcx;
    // What separates packets: one of CSI2_FRAMING_*.
    csi2_framing_t framing;
    // Lanes (to 8) the bytes were merged from, so that trail bytes (each lane's inverted last bit) can be told from data; 0: no
    // trail. Of no meaning in an endless row.
    uint8_t trail_lanes;
} csi2_settings_t;

// What happened: one of CSI2_EVENT_*.
typedef uint8_t csi2_event_kind_t;

// What a burst ended inside of: one of CSI2_MISSING_*.
typedef uint8_t csi2_missing_t;

// One event. Fields that an event does not have are 0.
typedef struct {
    // What happened: one of CSI2_EVENT_*.
    csi2_event_kind_t kind;
    // What the burst ended inside of: one of CSI2_MISSING_*.
    csi2_missing_t missing;
    // The header as received.
    csi2_received_t received;
    // What the checksum says.
    csi2_checksum_t checksum;
    // Bytes: in the buffer that was pushed, or in the receiver's own storage until its next call. NULL without any.
    const uint8_t *bytes;
    // How many.
    size_t length;
    // Bytes counted, by the kind of event.
    uint64_t count;
    // Bytes of the burst before the packet's first.
    uint64_t offset;
} csi2_event_t;

// A merger of lanes, of which C knows the size only; as csi2_depacketizer_t.
typedef struct {
    // Of no meaning to the caller.
    uint64_t state;
    // Of no meaning to the caller.
    uint64_t words[CSI2_MERGER_WORDS];
} csi2_merger_t;

// Done.
#define CSI2_OK 0

// NULL where something must be, a pointer that is not aligned, or a length that no object can have.
#define CSI2_ERROR_POINTER 1

// The input ends too early.
#define CSI2_ERROR_SHORT 2

// The output has too little room.
#define CSI2_ERROR_SPACE 3

// An argument has a value that it cannot have.
#define CSI2_ERROR_VALUE 4

// The object was not initialised.
#define CSI2_ERROR_STATE 5

// CSI-2 v1.x: they are ignored, and the 24-bit code decides.
#define CSI2_VCX_CLASSIC 0

// CSI-2 v1.x, seen by an analyzer: as CSI2_VCX_CLASSIC, but a header that makes no sense to the 24-bit code and is without an error
// in the 26-bit one is read as such, with its channel above 3.
#define CSI2_VCX_CLASSIC_FIRST 1

// CSI-2 v2.0: 26-bit code. A v1.x header is a valid v2.0 header of channel 0 to 3.
#define CSI2_VCX_EXTENDED 2

// No error.
#define CSI2_ECC_CLEAN 0

// One data bit was wrong and has been corrected.
#define CSI2_ECC_CORRECTED 1

// One check bit was wrong; the data is good.
#define CSI2_ECC_CHECK_BIT 2

// Two or more bits are wrong: the header cannot be used.
#define CSI2_ECC_UNCORRECTABLE 3

// Frame start: short.
#define CSI2_DT_FS 0

// Frame end: short.
#define CSI2_DT_FE 1

// Line start: short.
#define CSI2_DT_LS 2

// Line end: short.
#define CSI2_DT_LE 3

// The first of eight generic short packets, 0x08 to 0x0F.
#define CSI2_DT_GENERIC1 8

// Null.
#define CSI2_DT_NULL 16

// Blanking.
#define CSI2_DT_BLANKING 17

// Embedded data.
#define CSI2_DT_EMBEDDED 18

// The first of four generic long packets, 0x13 to 0x16.
#define CSI2_DT_GENERIC_LONG1 19

// YUV 4:2:0, 8 bits.
#define CSI2_DT_YUV420_8 24

// YUV 4:2:0, 10 bits.
#define CSI2_DT_YUV420_10 25

// YUV 4:2:0, 8 bits, legacy.
#define CSI2_DT_YUV420_8_LEGACY 26

// YUV 4:2:0, 8 bits, chroma shifted.
#define CSI2_DT_YUV420_8_CSPS 28

// YUV 4:2:0, 10 bits, chroma shifted.
#define CSI2_DT_YUV420_10_CSPS 29

// YUV 4:2:2, 8 bits.
#define CSI2_DT_YUV422_8 30

// YUV 4:2:2, 10 bits.
#define CSI2_DT_YUV422_10 31

// RGB 4:4:4.
#define CSI2_DT_RGB444 32

// RGB 5:5:5.
#define CSI2_DT_RGB555 33

// RGB 5:6:5.
#define CSI2_DT_RGB565 34

// RGB 6:6:6.
#define CSI2_DT_RGB666 35

// RGB 8:8:8.
#define CSI2_DT_RGB888 36

// Raw, 28 bits.
#define CSI2_DT_RAW28 38

// Raw, 24 bits.
#define CSI2_DT_RAW24 39

// Raw, 6 bits.
#define CSI2_DT_RAW6 40

// Raw, 7 bits.
#define CSI2_DT_RAW7 41

// Raw, 8 bits.
#define CSI2_DT_RAW8 42

// Raw, 10 bits.
#define CSI2_DT_RAW10 43

// Raw, 12 bits.
#define CSI2_DT_RAW12 44

// Raw, 14 bits.
#define CSI2_DT_RAW14 45

// Raw, 16 bits.
#define CSI2_DT_RAW16 46

// Raw, 20 bits.
#define CSI2_DT_RAW20 47

// The first of eight user-defined types, 0x30 to 0x37.
#define CSI2_DT_USER1 48

// Bursts end where the caller says. After a packet, what is left of a burst is lane trail, another packet, or trailing data. An
// unusable header spoils the rest of the burst.
#define CSI2_FRAMING_BURSTS 0

// One endless row of packets. An unusable header starts a search for the next one that was seen before.
#define CSI2_FRAMING_ENDLESS 1

// Nothing: all bytes are taken, or the burst has been told to its end.
#define CSI2_EVENT_NONE 0

// A short packet: `received`.
#define CSI2_EVENT_SHORT 1

// A long packet begins: `received`.
#define CSI2_EVENT_LONG_START 2

// A piece of its payload: `bytes`, `length`.
#define CSI2_EVENT_PAYLOAD 3

// Its footer came: `checksum`.
#define CSI2_EVENT_LONG_END 4

// The burst ended inside the packet: `missing`, `count`.
#define CSI2_EVENT_TRUNCATED 5

// A header that cannot be used: `received`. What follows comes as CSI2_EVENT_SKIPPED.
#define CSI2_EVENT_UNUSABLE 6

// Bytes that belong to no packet, since the header before them is unusable: `bytes`, `length`.
#define CSI2_EVENT_SKIPPED 7

// The unusable stretch is over: `count` bytes were skipped after the header.
#define CSI2_EVENT_RESYNC 8

// Bytes after a packet that are neither trail nor header: `bytes`, `length`.
#define CSI2_EVENT_TRAILING 9

// Nothing.
#define CSI2_MISSING_NOTHING 0

// The header: `count` of its 4 bytes came.
#define CSI2_MISSING_HEADER 1

// The payload: `count` of its bytes did not come, nor did the footer.
#define CSI2_MISSING_PAYLOAD 2

// The footer: `count` of its 2 bytes came.
#define CSI2_MISSING_FOOTER 3

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

// The checksum after `length` bytes, which was `value` before them: bit by bit, without a table. The least code. A buffer that is
// refused counts as empty.
uint16_t csi2_checksum_bitwise(uint16_t value,
                               const uint8_t *bytes,
                               size_t length);

// As csi2_checksum_bitwise, a byte at a time, with a table of 512 bytes.
uint16_t csi2_checksum_bytewise(uint16_t value, const uint8_t *bytes, size_t length);

// As csi2_checksum_bitwise, the fastest way of this machine: by its vector unit or tables of 8 KiB if this library was built with std.
// Else as csi2_checksum_bytewise: optimised for size, more tables take as many instructions a byte.
uint16_t csi2_checksum_fast(uint16_t value,
                            const uint8_t *bytes,
                            size_t length);

// Compares a payload with its footer, of which the first byte on the wire is the low one. CSI2_ERROR_POINTER without an `update`,
// or where a pointer is refused.
csi2_status_t csi2_payload_check(csi2_checksum_function_t update,
                                 const uint8_t *payload,
                                 size_t length,
                                 uint16_t footer,
                                 csi2_checksum_t *checksum);

// Reads the header at the start of `bytes`. Any four bytes have a meaning: look at `ecc` before you use it.
// CSI2_ERROR_SHORT below four bytes, CSI2_ERROR_VALUE where `vcx` is none.
csi2_status_t csi2_header_parse(const uint8_t *bytes,
                                size_t length,
                                csi2_vcx_t vcx,
                                csi2_received_t *received);

// Writes the four bytes of a header with its ECC. Channels above 3 set the extension bits; the others give the same bytes in CSI-2
// v1.x and v2.0. CSI2_ERROR_VALUE where a field has a value that no header has.
csi2_status_t csi2_header_encode(const csi2_header_t *header,
                                 uint8_t *out,
                                 size_t room);

// Bytes of the whole packet that begins with this header: header, payload and footer. 0 for NULL.
size_t csi2_packet_length(const csi2_header_t *header);

// Reads the packet at the start of `bytes`. CSI2_ERROR_SHORT when they end inside it: `packet->length` is then how many are needed
// to come further, and nothing else of it is of meaning.
csi2_status_t csi2_packet_parse(const uint8_t *bytes,
                                size_t length,
                                csi2_vcx_t vcx,
                                csi2_checksum_function_t update,
                                csi2_packet_t *packet);

// Writes a short packet. CSI2_ERROR_VALUE where the data type makes long ones, or a field has a value that no header has.
csi2_status_t csi2_short_packet_encode(const csi2_header_t *header,
                                       uint8_t *out,
                                       size_t room,
                                       size_t *written);

// Writes a long packet: header, payload and footer. The word count is the length of the payload, whatever `header` says.
// CSI2_ERROR_VALUE where the data type makes short ones, the payload is longer than 65535 bytes, or a field has a value that no
// header has. csi2_packet_length says how much room it takes.
csi2_status_t csi2_long_packet_encode(const csi2_header_t *header,
                                      const uint8_t *payload,
                                      size_t length,
                                      csi2_checksum_function_t update,
                                      uint8_t *out,
                                      size_t room,
                                      size_t *written);

// Makes `receiver` one at the start of a burst. CSI2_ERROR_VALUE where a setting has a value it cannot have.
csi2_status_t csi2_depacketizer_init(csi2_depacketizer_t *receiver,
                                     const csi2_settings_t *settings,
                                     csi2_checksum_function_t update);

// Takes bytes: tells the next event, and in `consumed` how many bytes led to it. Push the rest again: each call says something or
// takes all. The same bytes give the same events however they are cut, except that payload, skipped and trailing bytes may come in
// other pieces.
csi2_status_t csi2_depacketizer_push(csi2_depacketizer_t *receiver,
                                     const uint8_t *bytes,
                                     size_t length,
                                     size_t *consumed,
                                     csi2_event_t *event);

// The burst is over. Call until CSI2_EVENT_NONE: the receiver is then at the start of the next burst.
csi2_status_t csi2_depacketizer_end_of_burst(csi2_depacketizer_t *receiver, csi2_event_t *event);

// Bytes that lane `lane` of `lanes` carries of a burst of `length` bytes.
size_t csi2_lane_length(size_t length, size_t lanes, size_t lane);

// Spreads a burst over `count` lanes (1 to 8): byte i goes to lane i mod count. Each of `lanes` has room for `room` bytes, of which
// the first csi2_lane_length are written. CSI2_ERROR_SPACE, and nothing is written, where lane 0 needs more;
// CSI2_ERROR_VALUE for no lanes, or more than 8.
csi2_status_t csi2_distribute(const uint8_t *bytes,
                              size_t length,
                              uint8_t *const *lanes,
                              size_t count,
                              size_t room);

// Makes `merger` one of `lanes` lanes at the start of a burst. CSI2_ERROR_VALUE for no lanes, or more than 8.
csi2_status_t csi2_merger_init(csi2_merger_t *merger, size_t lanes);

// Forgets all bytes: the next ones are the first of a burst.
csi2_status_t csi2_merger_restart(csi2_merger_t *merger);

// Takes bytes of one lane; returns how many fitted. They may be fewer while the lane is CSI2_MERGER_SKEW bytes ahead of the slowest:
// drain the merger, and push bytes of the others. 0 for a merger or a lane that is none.
size_t csi2_merger_push(csi2_merger_t *merger,
                        size_t lane,
                        const uint8_t *bytes,
                        size_t length);

// Writes merged bytes in the order of the burst, until a lane has none left or there is no room; returns how many. 0 for a merger
// that is none.
size_t csi2_merger_drain(csi2_merger_t *merger,
                         uint8_t *out,
                         size_t room);

// RAW8 payload to right-aligned samples, one of each byte. All csi2_unpack functions do whole groups only, as many as are in
// `packed` and have room in `samples`, and return the samples written; 0 where a pointer is refused.
size_t csi2_unpack_raw8(const uint8_t *packed,
                        size_t length,
                        uint16_t *samples,
                        size_t room);

// RAW10 payload to samples: groups of 5 bytes, 4 samples.
size_t csi2_unpack_raw10(const uint8_t *packed, size_t length, uint16_t *samples, size_t room);

// RAW12 payload to samples: groups of 3 bytes, 2 samples.
size_t csi2_unpack_raw12(const uint8_t *packed, size_t length, uint16_t *samples, size_t room);

// RAW14 payload to samples: groups of 7 bytes, 4 samples.
size_t csi2_unpack_raw14(const uint8_t *packed, size_t length, uint16_t *samples, size_t room);

// RAW16 payload to samples, one of each 2 bytes, the high one first.
size_t csi2_unpack_raw16(const uint8_t *packed, size_t length, uint16_t *samples, size_t room);

// Payload of any data type with samples of at most 16 bits to these, in the order of the link (blue, green, red; U, Y, V, Y). 0 for
// others. Links all formats: firmware that knows its own names it.
size_t csi2_unpack(csi2_data_type_t data_type,
                   const uint8_t *packed,
                   size_t length,
                   uint16_t *samples,
                   size_t room);

// As csi2_unpack, for RAW20, RAW24 and RAW28.
size_t csi2_unpack_wide(csi2_data_type_t data_type,
                        const uint8_t *packed,
                        size_t length,
                        uint32_t *samples,
                        size_t room);

// Samples to RAW8 payload. All csi2_pack functions do whole groups only, as many as are in `samples` and have room in `packed`, keep
// the low bits of a sample, and return the bytes written; 0 where a pointer is refused.
size_t csi2_pack_raw8(const uint16_t *samples,
                      size_t count,
                      uint8_t *packed,
                      size_t room);

// Samples to RAW10 payload: groups of 4 samples, 5 bytes.
size_t csi2_pack_raw10(const uint16_t *samples, size_t count, uint8_t *packed, size_t room);

// Samples to RAW12 payload: groups of 2 samples, 3 bytes.
size_t csi2_pack_raw12(const uint16_t *samples, size_t count, uint8_t *packed, size_t room);

// Samples to RAW14 payload: groups of 4 samples, 7 bytes.
size_t csi2_pack_raw14(const uint16_t *samples, size_t count, uint8_t *packed, size_t room);

// Samples to RAW16 payload, 2 bytes of each.
size_t csi2_pack_raw16(const uint16_t *samples, size_t count, uint8_t *packed, size_t room);

// Samples to payload of any data type with samples of at most 16 bits: the inverse of csi2_unpack.
size_t csi2_pack(csi2_data_type_t data_type,
                 const uint16_t *samples,
                 size_t count,
                 uint8_t *packed,
                 size_t room);

// As csi2_pack, for RAW20, RAW24 and RAW28.
size_t csi2_pack_wide(csi2_data_type_t data_type,
                      const uint32_t *samples,
                      size_t count,
                      uint8_t *packed,
                      size_t room);

// Payload bytes and samples of line `row` (counted from 0; of YUV420 odd ones differ) of `width` pixels. CSI2_ERROR_VALUE where the
// data type has no pixels, or the line would be no whole number of groups.
csi2_status_t csi2_line_size(csi2_data_type_t data_type,
                             size_t row,
                             size_t width,
                             size_t *bytes,
                             size_t *samples);

// Version of the library, such as "0.1.0": a string that stays.
const char *csi2_version(void);

// Published headers, a checksum and a line, read and written. Returns how many of these answers are wrong: 0 is right.
uint32_t csi2_self_test(void);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

#endif  /* CSI2_H */

/* What the library was built with. */
CSI2_ASSERT(depacketizer_size, sizeof(csi2_depacketizer_t) == 8 + 8 * CSI2_DEPACKETIZER_WORDS);
CSI2_ASSERT(merger_size, sizeof(csi2_merger_t) == 8 + 8 * CSI2_MERGER_WORDS);
CSI2_ASSERT(header_size, sizeof(csi2_header_t) == 4);
CSI2_ASSERT(received_size, sizeof(csi2_received_t) == 10);
CSI2_ASSERT(checksum_size, sizeof(csi2_checksum_t) == 6);
