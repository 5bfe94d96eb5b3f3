/* utf8.c - well-formed UTF-8, by the table of RFC 3629, section 4 (Unicode's table 3-7). */
#include "harness/utf8.h"

size_t mg_utf8_bytes(const char *p, size_t rest)
{
    static const struct {
        unsigned char lead_lo, lead_hi, second_lo, second_hi;
        size_t bytes;
    } rows[] = {
        {0x00, 0x7F, 0x00, 0x00, 1}, {0xC2, 0xDF, 0x80, 0xBF, 2}, {0xE0, 0xE0, 0xA0, 0xBF, 3},
        {0xE1, 0xEC, 0x80, 0xBF, 3}, {0xED, 0xED, 0x80, 0x9F, 3}, {0xEE, 0xEF, 0x80, 0xBF, 3},
        {0xF0, 0xF0, 0x90, 0xBF, 4}, {0xF1, 0xF3, 0x80, 0xBF, 4}, {0xF4, 0xF4, 0x80, 0x8F, 4},
    };
    const unsigned char *byte = (const unsigned char *)p;

    for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++) {
        if (byte[0] < rows[row].lead_lo || byte[0] > rows[row].lead_hi) {
            continue;
        }
        if (rows[row].bytes > rest) {
            return 0;
        }
        for (size_t i = 1; i < rows[row].bytes; i++) {
            const unsigned char lo = i == 1 ? rows[row].second_lo : 0x80;
            const unsigned char hi = i == 1 ? rows[row].second_hi : 0xBF;
            if (byte[i] < lo || byte[i] > hi) {
                return 0;
            }
        }
        return rows[row].bytes;
    }
    return 0;
}

unsigned mg_utf8_code(const char *p, size_t bytes)
{
    const unsigned char *byte = (const unsigned char *)p;
    unsigned code = bytes == 1 ? byte[0] : byte[0] & (0xFFU >> (bytes + 1));

    for (size_t i = 1; i < bytes; i++) {
        code = code << 6 | (byte[i] & 0x3FU);
    }
    return code;
}

size_t mg_utf8_write(char text[5], unsigned code)
{
    static const unsigned char lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    const size_t bytes = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

    for (size_t i = bytes; i-- > 1; code >>= 6) {
        text[i] = (char)(0x80 | (code & 0x3F));
    }
    text[0] = (char)(lead[bytes] | code);
    text[bytes] = '\0';
    return bytes;
}
