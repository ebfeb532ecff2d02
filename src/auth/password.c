/* Passwords: policy, Argon2id texts by libsodium, one-time passwords. Any thread; hashing takes
 * some 15 ms of CPU and 19 MiB for that time.
 *
 * 19 MiB and two passes are what OWASP asks at least; more would let a few sign-ins at once press
 * on the memory that browsers need. The policy asks for length and refuses what guessers try first;
 * rules about kinds of characters only produce "Password1!".
 */
#include "auth/password.h"

#include "base/assert.h"
#include "base/rand.h"

#include <sodium.h>
#include <string.h>

enum { PASSES = 2, MEMORY_BYTES = 19 * 1024 * 1024 };

/* Of the same cost as a real one, and of no password: nobody takes as long as somebody. */
static const char nobody[] = "$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$"
                             "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/* What guessers try first among those that are long enough. */
static const char *const guessable[] = {
    "1234567890",    "12345678910",   "0123456789",    "9876543210",     "0987654321",
    "1q2w3e4r5t",    "1qaz2wsx3edc",  "qwertyuiop",    "qwerty12345",    "qwerty123456",
    "asdfghjkl1",    "password12",    "password123",   "password1234",   "password12345",
    "passw0rd123",   "p@ssw0rd123",   "iloveyou123",   "welcome123",     "welcome1234",
    "administrator", "adminadmin",    "admin12345",    "admin123456",    "changeme123",
    "changemenow",   "letmein1234",   "grafana123",    "grafanagrafana", "roundsrounds",
    "rounds12345",   "woaini1314520", "woaini5201314", "abc1234567",     "abcd123456",
    "a123456789",    "aa123456789",   "q123456789",    "123456789a",     "1234567890a",
};

static size_t count_characters(struct bytes text)
{
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++)
        n += ((unsigned char)text.p[i] & 0xc0) != 0x80;
    return n;
}

static size_t count_different(struct bytes text)
{
    bool seen[256] = {false};
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        n += !seen[c];
        seen[c] = true;
    }
    return n;
}

static bool has_nocase(struct bytes hay, struct bytes needle)
{
    for (size_t i = 0; i + needle.n <= hay.n; i++) {
        if (bytes_eq_nocase((struct bytes){hay.p + i, needle.n}, needle))
            return true;
    }
    return false;
}

int password_check_policy(struct op *op, const struct secret *password, const char *login)
{
    struct bytes text = secret_reveal(password);
    struct bytes name = bytes_of(login);
    if (!bytes_is_utf8(text))
        return op_fail(op, ERR_UNPROCESSABLE, "the password has to be text in UTF-8");
    if (count_characters(text) < PASSWORD_MIN)
        return op_fail(op, ERR_UNPROCESSABLE, "the password needs at least %d characters",
                       PASSWORD_MIN);
    if (text.n > PASSWORD_MAX)
        return op_fail(op, ERR_UNPROCESSABLE, "the password has more than %d bytes", PASSWORD_MAX);
    if (count_different(text) < 5)
        return op_fail(op, ERR_UNPROCESSABLE, "the password repeats too few characters");
    if (name.n >= 3 && has_nocase(text, name))
        return op_fail(op, ERR_UNPROCESSABLE, "the password contains the name to sign in with");
    for (size_t i = 0; i < sizeof guessable / sizeof guessable[0]; i++) {
        if (bytes_eq_nocase(text, bytes_of(guessable[i])))
            return op_fail(op, ERR_UNPROCESSABLE, "the password is one that is guessed first");
    }
    return 0;
}

int password_hash(struct op *op, const struct secret *password, char out[PASSWORD_TEXT_MAX])
{
    _Static_assert(PASSWORD_TEXT_MAX >= crypto_pwhash_STRBYTES, "room for libsodium's text");
    struct bytes text = secret_reveal(password);
    ASSERT(sodium_init() >= 0);
    if (crypto_pwhash_str(out, text.p, text.n, PASSES, MEMORY_BYTES))
        return op_fail(op, ERR_UNAVAILABLE, "no memory to hash a password (%d MiB); try again",
                       MEMORY_BYTES >> 20);
    return 0;
}

bool password_fits(const char *text, const struct secret *password)
{
    struct bytes plain = secret_reveal(password);
    bool is_somebody = text && text[0];
    ASSERT(sodium_init() >= 0);
    int failed = crypto_pwhash_str_verify(is_somebody ? text : nobody, plain.p, plain.n);
    return !failed && is_somebody;
}

bool password_is_dated(const char *text)
{
    ASSERT(sodium_init() >= 0);
    return crypto_pwhash_str_needs_rehash(text, PASSES, MEMORY_BYTES) != 0;
}

void password_make(struct secret *out)
{
    /* 32 characters, five bits each: no 0 o 1 l. */
    static const char alphabet[] = "abcdefghijkmnpqrstuvwxyz23456789";
    unsigned char raw[16];
    char text[20];
    size_t n = 0;
    rand_bytes(raw, sizeof raw);
    for (size_t i = 0; i < sizeof raw; i++) {
        if (i > 0 && i % 4 == 0)
            text[n++] = '-';
        text[n++] = alphabet[raw[i] % 32];
    }
    secret_set(out, (struct bytes){text, n});
    sodium_memzero(raw, sizeof raw);
    sodium_memzero(text, sizeof text);
}
