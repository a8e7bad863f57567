// SPDX-License-Identifier: Apache-2.0

#include "privet/secret.h"

#include <sodium.h>

#include <cstddef>
#include <cstring>
#include <string_view>
#include <utility>

#include "crypto/sodium.h"

namespace privet {

Secret::Secret(std::size_t size) : size_(size) {
  if (size == 0) return;
  crypto::StartSodium();
  // Guarded by pages and a canary, locked if the limits allow, wiped by
  // sodium_free().
  data_ = static_cast<unsigned char*>(sodium_malloc(size));
  if (data_ == nullptr) crypto::Die("no memory for a secret");
  std::memset(data_, 0, size);
}

Secret Secret::CopyOf(std::string_view bytes) {
  Secret secret(bytes.size());
  if (!bytes.empty()) std::memcpy(secret.data_, bytes.data(), bytes.size());
  return secret;
}

Secret::Secret(Secret&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this == &other) return *this;
  sodium_free(data_);
  data_ = std::exchange(other.data_, nullptr);
  size_ = std::exchange(other.size_, 0);
  return *this;
}

Secret::~Secret() { sodium_free(data_); }

std::string_view Secret::Reveal() const {
  return {reinterpret_cast<const char*>(data_), size_};
}

}  // namespace privet
