/* What the examples check and print with: no libc. */
#ifndef CHECK_H
#define CHECK_H

#include <stddef.h>
#include <stdint.h>

/* One line: what, what came, and what should have where they differ. */
void check(const char *what, uint32_t got, uint32_t expected);
void check_bytes(const char *what, const uint8_t *got, const uint8_t *expected, size_t length);
void check_samples(const char *what, const uint16_t *got, const uint16_t *expected, size_t count);

/* Text without a verdict. */
void print(const char *text);
void print_number(uint32_t number);

/* `N passed, N failed`; returns the status of the program. */
int check_summary(void);

#endif
