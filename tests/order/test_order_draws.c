/* Draws: how even they are, which words of Philox they are, shuffles. */
#include "order/order.h" /* before Check, which has a macro fail */
#include "support/test.h"

TEST(every_number_is_drawn_as_often)
{
    enum { N = 7, DRAWS = 70000 };
    int64_t count[N] = { 0 };
    for (uint64_t i = 0; i < DRAWS; i++)
        count[draw_below(11, STREAM_BOOTSTRAP, i, N)]++;
    double chi = 0;
    for (int k = 0; k < N; k++)
        chi += (double)((count[k] - DRAWS / N) * (count[k] - DRAWS / N)) / (DRAWS / N);
    check(chi < 22.5 && chi > 0.3); /* 6 degrees of freedom: 0.1 % above, 0.05 % below */
}

/* Of 2^62 a draw is all its bits but two: those of Random123's known answer 6627e8d5 e169c58d bc57ac4c 9b00dbd8, two words a draw. */
TEST(a_draw_is_two_words_of_philox)
{
    equal(draw_below(0, 0, 0, INT64_C(1) << 62), 0xe169c58d6627e8d5 >> 2);
    equal(draw_below(0, 0, 1, INT64_C(1) << 62), 0x9b00dbd8bc57ac4c >> 2);
}

TEST(draws_with_replacement_are_the_numbered_draws)
{
    int32_t times[31], expected[31] = { 0 };
    for (uint64_t i = 0; i < 31; i++)
        expected[draw_below(3, 9, i, 31)]++;
    draw_with_replacement(3, 9, 31, times, NULL);
    equal_bits(times, expected, sizeof times);
}

/* Fisher-Yates from the end, draw by draw. */
TEST(a_shuffle_is_fisher_yates_of_the_numbered_draws)
{
    int64_t rows[37], expected[37];
    for (int64_t n = 0; n <= 37; n++) {
        for (int64_t i = 0; i < n; i++)
            rows[i] = expected[i] = 10 * i;
        for (int64_t left = n; left > 1; left--) {
            int64_t j = draw_below(5, STREAM_FOLDS, (uint64_t)(n - left), left), moved = expected[left - 1];
            expected[left - 1] = expected[j];
            expected[j] = moved;
        }
        shuffle_rows(5, STREAM_FOLDS, rows, n);
        equal_bits(rows, expected, n * 8);
    }
}
