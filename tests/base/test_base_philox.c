/* Known answers of Random123 (kat_vectors, philox4x32 with 10 rounds). */
#include "support/test.h"
#include "base/philox.h"

TEST(equals_the_known_answers)
{
    static const struct { uint32_t counter[4], key[2], draws[4]; } known[] = {
        { { 0, 0, 0, 0 }, { 0, 0 }, { 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8 } },
        { { 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff }, { 0xffffffff, 0xffffffff }, { 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd } },
        { { 0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344 }, { 0xa4093822, 0x299f31d0 }, { 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1 } },
    };
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint32_t draws[4];
        philox4x32(known[i].counter, known[i].key, draws);
        equal_bits(draws, known[i].draws, sizeof draws);
    }
}
