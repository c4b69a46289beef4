// Mixing of 64-bit words: the one hash behind choices, scopes and the trace hash. It multiplies to
// 128 bits and folds (the idea of wyhash and of Murmur's finaliser); it is not cryptographic. The
// same words give the same hash on every compiler and machine.
#pragma once

#include <cstdint>
#include <string_view>

namespace seedbed {

// Folds the 128-bit product of two words.
constexpr uint64_t fold_multiply(uint64_t a, uint64_t b) {
  const unsigned __int128 product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// A bijection that spreads every bit of its input (the finaliser of splitmix64).
constexpr uint64_t scramble(uint64_t x) {
  x ^= x >> 30;
  x *= 0xbf58476d1ce4e5b9ULL;
  x ^= x >> 27;
  x *= 0x94d049bb133111ebULL;
  x ^= x >> 31;
  return x;
}

constexpr uint64_t mix(uint64_t a, uint64_t b) {
  return fold_multiply(a ^ 0x9e3779b97f4a7c15ULL, b ^ 0xd1b54a32d192ed03ULL) ^
         scramble(a + (b << 1));
}

// The hash of bytes; the same at compile time and at run time.
constexpr uint64_t hash_bytes(std::string_view bytes, uint64_t seed = 0) {
  uint64_t hash = mix(seed, bytes.size());
  size_t i = 0;
  for (; i + 8 <= bytes.size(); i += 8) {
    uint64_t word = 0;
    for (size_t j = 0; j < 8; ++j) {
      word |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i + j])) << (8 * j);
    }
    hash = mix(hash, word);
  }
  uint64_t tail = 0;
  for (size_t j = 0; i + j < bytes.size(); ++j) {
    tail |= static_cast<uint64_t>(static_cast<unsigned char>(bytes[i + j])) << (8 * j);
  }
  return mix(hash, tail);
}

}  // namespace seedbed
