// SPDX-License-Identifier: Apache-2.0
//
// The shapes of a decision: categories and forms as small numbers, the word
// that a call decides by, and the table of decisions of a context.

#ifndef PRIVET_POLICY_DECISION_H_
#define PRIVET_POLICY_DECISION_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace privet::policy {

enum class Operation : std::uint8_t { kStore = 1, kUse = 2, kShare = 3 };

// Index of a leaf category; dense, by order of declaration.
using Category = std::uint32_t;

// Index of a form of the snapshot; 0 is the value as it is.
using Form = std::uint16_t;
inline constexpr Form kWhole = 0;

// A decision of a context as a function of the word; interned by meaning within
// the context, so equal functions have equal numbers. kDeniedNode never
// permits, in any context.
using Node = std::uint32_t;
inline constexpr Node kDeniedNode = 0;

struct Verdict {
  bool permitted = false;
  Form form = kWhole;
};

// What holds for the person and in the request, as far as one context asks: a
// bit for each answer of each question, and none for "unknown" (or "no").
// Belongs to the column of the context that made it (Context::MakeWord).
struct Word {
  static constexpr std::size_t kBits = 512;
  std::uint64_t bits[kBits / 64] = {};

  // AUTHORITY only: the categories that were asked for, a bit for each leaf.
  std::vector<std::uint64_t> listed;
};

struct Walk;  // src/policy/flatten.h

// A decision as disjoint cubes over one 64-bit part of the word each, three in
// a cache line: where a part, masked, equals a value, the decision is another
// than it is otherwise. A cube that is not used has mask 0 and value 1. A
// decision of more than three goes on in the leaves right behind it.
struct alignas(64) Leaf {
  enum Kind : std::uint8_t {
    kCubes = 0,
    kMoreCubes = 1,
    kWalk = 2,  // too large for cubes, or AUTHORITY's list counts
  };
  static constexpr int kMaxLines = 3;

  union {
    std::uint64_t mask[3] = {0, 0, 0};
    const Walk* walk;
  };
  std::uint64_t value[3] = {1, 1, 1};
  std::uint16_t otherwise = 0;         // form + 1; 0: denied
  std::uint16_t flips[3] = {0, 0, 0};  // the same there, xor `otherwise`
  std::uint8_t part[3] = {0, 0, 0};
  Kind kind = kCubes;
  std::uint8_t lines = 1;
};
static_assert(sizeof(Leaf) == 64, "a leaf is one cache line");

// Returns what the cubes of one line flip: no branch, since they are disjoint.
inline std::uint32_t FlipsOf(const Leaf& leaf, const Word& word) {
  std::uint32_t flips = 0;
  for (int i = 0; i < 3; ++i) {
    const bool hit = (word.bits[leaf.part[i]] & leaf.mask[i]) == leaf.value[i];
    flips |= hit ? leaf.flips[i] : 0u;
  }
  return flips;
}

// Returns the verdict of form + 1, or 0.
inline Verdict VerdictOf(std::uint32_t permits) {
  return {permits != 0, static_cast<Form>(permits - (permits != 0))};
}

}  // namespace privet::policy

#endif  // PRIVET_POLICY_DECISION_H_
