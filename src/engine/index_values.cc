// SPDX-License-Identifier: Apache-2.0

#include "engine/index_values.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "crypto/hash.h"
#include "keys/keyring.h"
#include "privet/sealed_record.h"
#include "record/plan.h"

namespace privet::engine {
namespace {

// Of the index key; a second one lives beside it while keys are rotated.
constexpr std::uint32_t kGeneration = 1;
constexpr std::uint32_t kDefaultBits = 32;
constexpr std::uint32_t kAllBits = 256;

void KeepBits(std::uint32_t bits, std::string* value) {
  if (bits >= 8 * value->size()) return;
  value->resize((bits + 7) / 8);
  const std::uint32_t rest = bits % 8;
  if (rest != 0) {
    const auto last = static_cast<unsigned char>(value->back());
    value->back() = static_cast<char>(
        static_cast<unsigned char>(last & (0xffu << (8 - rest))));
  }
}

}  // namespace

std::uint32_t BitsOf(const record::IndexSpec& index) {
  if (index.unique) return kAllBits;
  return index.bits == 0 ? kDefaultBits : index.bits;
}

IndexTag TagOf(const keys::Keyring& keyring, const record::IndexSpec& index,
               std::string_view normalized) {
  IndexTag tag;
  tag.index = crypto::Id4(index.name);
  tag.generation = kGeneration;
  tag.unique = index.unique;
  tag.value = keyring.IndexValue(index.name, kGeneration, normalized);
  KeepBits(BitsOf(index), &tag.value);
  return tag;
}

}  // namespace privet::engine
