// SPDX-License-Identifier: Apache-2.0

#include "keys/root_text.h"

#include <sodium.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "crypto/hash.h"
#include "crypto/info_hash.h"
#include "crypto/sodium.h"

namespace privet::keys {
namespace {

constexpr std::string_view kPrefix = "privet-root-1:";
constexpr std::size_t kKeySize = 32;
constexpr std::size_t kCheckSize = 4;
constexpr std::size_t kBase64Size = 43;
constexpr std::size_t kHexSize = 2 * kCheckSize;
constexpr int kVariant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

std::string CheckOf(std::uint32_t generation, std::string_view key) {
  char digest[16];
  crypto::InfoHash(sizeof(digest), "")
      .Part("privet/1/root")
      .Int(generation)
      .Part(key)
      .Finish(digest);
  char hex[kHexSize + 1];
  sodium_bin2hex(hex, sizeof(hex),
                 reinterpret_cast<const unsigned char*>(digest), kCheckSize);
  return hex;
}

// Takes what is before the next `:` off the front.
std::string_view TakeField(std::string_view* line) {
  const std::string_view field = line->substr(0, line->find(':'));
  line->remove_prefix(std::min(line->size(), field.size() + 1));
  return field;
}

bool ParseGeneration(std::string_view text, std::uint32_t* generation) {
  return !text.empty() && text[0] >= '1' && text[0] <= '9' &&
         absl::SimpleAtoi(absl::string_view(text.data(), text.size()),
                          generation);
}

bool ParseKey(std::string_view text, Secret* key) {
  *key = Secret(kKeySize);
  std::size_t size = 0;
  return text.size() == kBase64Size &&
         sodium_base642bin(key->data(), kKeySize, text.data(), text.size(),
                           nullptr, &size, nullptr, kVariant) == 0 &&
         size == kKeySize;
}

// Says what is wrong with a line; null if nothing is.
const char* ParseLine(std::string_view line, RootKey* root) {
  if (line.substr(0, kPrefix.size()) != kPrefix) {
    return "does not begin with `privet-root-1:`";
  }
  line.remove_prefix(kPrefix.size());
  if (!ParseGeneration(TakeField(&line), &root->generation)) {
    return "has no generation, a number from 1 on";
  }
  if (!ParseKey(TakeField(&line), &root->key)) {
    return "has no key of 43 characters of base64url";
  }
  const std::string check = CheckOf(root->generation, root->key.Reveal());
  if (!crypto::EqualInConstantTime(line, check)) {
    return "does not match its check digits: a character was changed or lost";
  }
  return nullptr;
}

absl::Status Malformed(std::string_view path, std::size_t line,
                       std::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(
      "key file `", absl::string_view(path.data(), path.size()), "`, line ",
      line, ": it ", absl::string_view(what.data(), what.size()),
      "; restore the file from its copy in the safe"));
}

}  // namespace

Secret RootLine(const RootKey& root) {
  crypto::StartSodium();
  const std::string generation = absl::StrCat(root.generation);
  const std::string check = CheckOf(root.generation, root.key.Reveal());
  const std::size_t key_at = kPrefix.size() + generation.size() + 1;
  // sodium_bin2base64() ends with a zero byte, which the `:` replaces.
  Secret line(key_at + kBase64Size + 1 + kHexSize);
  char* const out = reinterpret_cast<char*>(line.data());
  std::copy(kPrefix.begin(), kPrefix.end(), out);
  std::copy(generation.begin(), generation.end(), out + kPrefix.size());
  out[key_at - 1] = ':';
  sodium_bin2base64(
      out + key_at, kBase64Size + 1,
      reinterpret_cast<const unsigned char*>(root.key.Reveal().data()),
      kKeySize, kVariant);
  out[key_at + kBase64Size] = ':';
  std::copy_n(check.begin(), kHexSize, out + key_at + kBase64Size + 1);
  return line;
}

absl::StatusOr<std::vector<RootKey>> ParseRootText(std::string_view path,
                                                   std::string_view text) {
  crypto::StartSodium();
  std::vector<RootKey> roots;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(text.size(), end + 1));
    if (line.empty() || line[0] == '#') continue;
    RootKey root;
    if (const char* what = ParseLine(line, &root)) {
      return Malformed(path, number, what);
    }
    for (const RootKey& other : roots) {
      if (other.generation == root.generation) {
        return Malformed(path, number, "has the generation of another line");
      }
    }
    roots.push_back(std::move(root));
  }
  if (!roots.empty()) return roots;
  return absl::InvalidArgumentError(
      absl::StrCat("key file `", absl::string_view(path.data(), path.size()),
                   "` holds no key; restore it from its copy in the safe"));
}

}  // namespace privet::keys
