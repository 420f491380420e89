/* f64 numbers far from 0, at 1e160 and at 1e-160: a finite answer, or NUMERIC. Numbers that are a power of two times others give results
 * that are a power of it times theirs, to the bit; what a fixed size meets (.absolute) need only be finite. */
#include "support/case.h"
#include <math.h>

static double number_at(const record *r, int64_t i)
{
    lamella_view v = { .data = r->data, .shape = { r->bytes / element_bytes(r->dtype) }, .dtype = r->dtype, .rank = 1 };
    return element(&v, i);
}

static int64_t numbers_of(const record *r)
{
    return r->dtype <= LAMELLA_BF16 ? r->bytes / element_bytes(r->dtype) : 0;
}

static double rounded(const record *r, double x)
{
    return r->dtype == LAMELLA_F32 ? (float)x : x;
}

/* All numbers are those of the plain case times 2^(power * exponent), as far as an eigenvalue solver of f64 tells. */
static int is_power_of(const record *far, const record *plain, int exponent, int power)
{
    double most = 0;
    for (int64_t i = 0; i < numbers_of(plain); i++)
        most = isfinite(number_at(plain, i)) ? fmax(most, fabs(number_at(plain, i))) : most;
    for (int64_t i = 0; i < numbers_of(plain); i++) {
        double x = number_at(far, i), expected = rounded(far, ldexp(number_at(plain, i), power * exponent));
        int is_near = isfinite(expected) && fabs(x - expected) <= ldexp(1e-12 * most, power * exponent);
        int is_same = x == expected || (isnan(x) && isnan(expected)) || (fabs(x) < 0x1p-1020 && fabs(expected) < 0x1p-1020);
        if (!is_near && !is_same)
            return 0;
    }
    return 1;
}

/* A NaN that a NOTE speaks of is an answer. */
static void check_finite(const matrix_case *c, const record *far, const record *plain, int is_noted)
{
    for (int64_t i = 0; i < numbers_of(plain) && !c->operation->nonfinite; i++)
        if (!isfinite(number_at(far, i)) && isfinite(number_at(plain, i)) && !(is_noted && isnan(number_at(far, i))))
            case_failed(c, "%s[%d]: element %d is %g where %g stands for plain numbers, expected a finite number or ERR_NUMERIC", far->name,
                        (int)far->index, (int)i, number_at(far, i), number_at(plain, i));
}

static void check_scaled(const matrix_case *c, const record *far, const record *plain, int exponent)
{
    if (!numbers_of(plain)) {
        if (far->bytes != plain->bytes || memcmp(far->data, plain->data, (size_t)plain->bytes))
            case_failed(c, "%s[%d] is not what it is for plain numbers", far->name, (int)far->index);
        return;
    }
    for (int power = -2; power <= 2; power++)
        if (is_power_of(far, plain, exponent, power))
            return;
    for (int64_t i = 0; i < numbers_of(plain); i++)
        if (number_at(plain, i) != 0)
            case_failed(c, "%s[%d]: element %d is %.17g where %.17g stands for plain numbers, expected that times a power of 2^%d", far->name,
                        (int)far->index, (int)i, number_at(far, i), number_at(plain, i), exponent);
}

static void at_distance(const operation *o, setting s, int64_t far, const outcome *plain)
{
    matrix_case c;
    outcome result;
    s.at[AXIS_FAR] = far;
    case_open(&c, o, &s, NULL);
    case_call(&c, &result);
    if (result.status != LAMELLA_ERR_NUMERIC) {
        if (!succeeded(result.status) || result.n_records != plain->n_records)
            case_failed(&c, "returned %s (%s), expected OK, NOTE or ERR_NUMERIC", lamella_status_name(result.status), lamella_last_error());
        for (int64_t i = 0; i < plain->n_records; i++) {
            check_finite(&c, &result.records[i], &plain->records[i], result.status == LAMELLA_NOTE);
            if (far != FAR_SHIFTED && !o->absolute)
                check_scaled(&c, &result.records[i], &plain->records[i], far == FAR_HUGE ? FAR_EXPONENT : -FAR_EXPONENT);
        }
    }
    outcome_free(&result);
    case_close(&c);
}

void matrix_far(const operation *o)
{
    setting s = setting_smallest(o);
    if (!((o->dtypes ? o->dtypes : FLOAT_DTYPES) >> LAMELLA_F64 & 1))
        return;
    s.at[AXIS_DTYPE] = LAMELLA_F64;
    for (int64_t samples = 3; samples < 24; samples += 20) {
        matrix_case c;
        outcome plain;
        s.at[AXIS_SAMPLES] = samples;
        case_open(&c, o, &s, NULL);
        case_call(&c, &plain);
        case_close(&c);
        for (int64_t far = 1; far < N_FAR; far++)
            at_distance(o, s, far, &plain);
        outcome_free(&plain);
    }
}
