// SPDX-License-Identifier: Apache-2.0

#include "canary.h"

#include <algorithm>
#include <cstring>
#include <string>
#include <string_view>

namespace gateway {
namespace {

constexpr char kAlphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::size_t kFilterBits = std::size_t{1} << 23;  // 1 MiB: in cache

}  // namespace

const char* NameOf(Text text) {
  constexpr const char* kNames[] = {"account_id",
                                    "email",
                                    "username",
                                    "password_hash",
                                    "api_key_hashes",
                                    "session_id",
                                    "ui_variant",
                                    "client_ip",
                                    "access",
                                    "model",
                                    "prompt",
                                    "output",
                                    "currency",
                                    "status",
                                    "channel_id",
                                    "ticket",
                                    "ticket (address in it)",
                                    "emails",
                                    "feedback",
                                    "unknown field"};
  static_assert(sizeof(kNames) / sizeof(kNames[0]) ==
                static_cast<std::size_t>(Text::kCount));
  return kNames[static_cast<std::size_t>(text)];
}

std::uint64_t CanaryBook::HashOf(const char* window) {
  std::uint64_t head;
  std::uint32_t tail;
  std::memcpy(&head, window, sizeof(head));
  std::memcpy(&tail, window + sizeof(head), sizeof(tail));
  std::uint64_t hash =
      (head ^ (std::uint64_t{tail} << 29)) * 0x9e3779b97f4a7c15u;
  hash ^= hash >> 32;
  return (hash + tail) * 0xd6e8feb86659fd93u;
}

std::string CanaryBook::Make(const Canary& canary) {
  Window window;
  for (char& c : window) c = kAlphabet[random_() % 64];
  Insert(window, canary);
  return std::string(window.data(), kSize);
}

void CanaryBook::Adopt(std::string_view text, const Canary& canary) {
  Window window;
  std::copy(text.end() - kSize, text.end(), window.begin());
  Insert(window, canary);
}

std::string CanaryBook::MakeAddress(const Canary& canary) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string address = "2001:db8:";
  for (int group = 0; group < 6; ++group) {
    if (group > 0) address += ':';
    // No leading zero, so that the address is as everybody writes it.
    address += kDigits[1 + random_() % 15];
    for (int i = 0; i < 3; ++i) address += kDigits[random_() % 16];
  }
  Adopt(address, canary);
  return address;
}

void CanaryBook::Insert(const Window& window, const Canary& canary) {
  if (filter_.empty()) filter_.resize(kFilterBits / 64);
  if (2 * (windows_.size() + 1) > slots_.size()) Grow();
  windows_.push_back(window);
  canaries_.push_back(canary);
  const std::uint64_t hash = HashOf(window.data());
  filter_[(hash >> 6) % (kFilterBits / 64)] |= std::uint64_t{1} << (hash & 63);
  std::size_t at = (hash >> 20) & (slots_.size() - 1);
  while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
  slots_[at] = static_cast<std::uint32_t>(windows_.size());
}

void CanaryBook::Grow() {
  slots_.assign(std::max<std::size_t>(1024, 2 * slots_.size()), 0);
  for (std::size_t i = 0; i < windows_.size(); ++i) {
    const std::uint64_t hash = HashOf(windows_[i].data());
    std::size_t at = (hash >> 20) & (slots_.size() - 1);
    while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = static_cast<std::uint32_t>(i + 1);
  }
}

void CanaryBook::Scan(
    std::string_view bytes,
    absl::FunctionRef<void(const Canary&, std::size_t)> found) const {
  if (windows_.empty()) return;
  for (std::size_t i = 0; i + kSize <= bytes.size(); ++i) {
    const char* const window = bytes.data() + i;
    const std::uint64_t hash = HashOf(window);
    if ((filter_[(hash >> 6) % (kFilterBits / 64)] >> (hash & 63) & 1) == 0) {
      continue;
    }
    for (std::size_t at = (hash >> 20) & (slots_.size() - 1); slots_[at] != 0;
         at = (at + 1) & (slots_.size() - 1)) {
      const std::size_t index = slots_[at] - 1;
      if (std::memcmp(windows_[index].data(), window, kSize) == 0) {
        found(canaries_[index], i);
      }
    }
  }
}

}  // namespace gateway
