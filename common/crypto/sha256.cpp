#include "common/crypto/sha256.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "common/base/error.hpp"

namespace watchtower::crypto {

Sha256 sha256(std::string_view text) {
    Sha256 digest{};
    if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1) {
        throw Error("openssl: SHA-256: not available");
    }
    return digest;
}

std::string to_hex(const Sha256& digest) {
    constexpr std::string_view kDigits = "0123456789abcdef";
    std::string hex;
    hex.reserve(2 * digest.size());
    for (const unsigned char byte : digest) {
        hex += kDigits[byte >> 4U];
        hex += kDigits[byte & 15U];
    }
    return hex;
}

bool equal_in_constant_time(const Sha256& a, const Sha256& b) {
    return CRYPTO_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace watchtower::crypto
