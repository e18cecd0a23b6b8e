#include "check.h"

#include <stdbool.h>

#include "platform/platform.h"

static uint32_t passed;
static uint32_t failed;

void print(const char *text)
{
    while (*text != '\0') {
        platform_put(*text++);
    }
}

void print_number(uint32_t number)
{
    char digits[10];
    int count = 0;
    do {
        digits[count++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (count > 0) {
        platform_put(digits[--count]);
    }
}

static void print_hex(uint32_t value, int digits)
{
    while (digits-- > 0) {
        platform_put("0123456789abcdef"[(value >> (4 * digits)) & 0xF]);
    }
}

static void begin(const char *what, bool good)
{
    *(good ? &passed : &failed) += 1;
    print(good ? "ok   " : "FAIL ");
    print(what);
    print(":");
}

static int width(uint32_t value)
{
    return value > 0xFFFF ? 8 : value > 0xFF ? 4 : 2;
}

void check(const char *what, uint32_t got, uint32_t expected)
{
    begin(what, got == expected);
    print(" 0x");
    print_hex(got, width(got));
    if (got != expected) {
        print(", not 0x");
        print_hex(expected, width(expected));
    }
    print("\n");
}

void check_bytes(const char *what, const uint8_t *got, const uint8_t *expected, size_t length)
{
    bool good = true;
    for (size_t i = 0; i < length; i++) {
        good = good && got[i] == expected[i];
    }
    begin(what, good);
    for (size_t i = 0; i < length; i++) {
        print(" ");
        print_hex(got[i], 2);
    }
    print("\n");
}

void check_samples(const char *what, const uint16_t *got, const uint16_t *expected, size_t count)
{
    bool good = true;
    for (size_t i = 0; i < count; i++) {
        good = good && got[i] == expected[i];
    }
    begin(what, good);
    for (size_t i = 0; i < count; i++) {
        print(" ");
        print_hex(got[i], 4);
    }
    print("\n");
}

int check_summary(void)
{
    print_number(passed);
    print(" passed, ");
    print_number(failed);
    print(" failed\n");
    return failed == 0 && passed != 0 ? 0 : 1;
}
