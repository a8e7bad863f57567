// SPDX-License-Identifier: Apache-2.0

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <string_view>

#include "privet/v1/policy.pb.h"
#include "transform/families.h"
#include "transform/transform.h"

namespace privet::transform {
namespace {

constexpr std::size_t kV4Size = 4;
constexpr std::size_t kV6Size = 16;
// ::ffff:0:0/96: an IPv4 address in IPv6 dress, shown by the IPv4 prefix.
constexpr std::array<unsigned char, 12> kMapped = {0, 0, 0, 0, 0,    0,
                                                   0, 0, 0, 0, 0xFF, 0xFF};

class IpPrefixBase : public Transform {
 protected:
  explicit IpPrefixBase(const v1::IpPrefix& prefix)
      : v4_(static_cast<std::size_t>(prefix.v4())),
        v6_(static_cast<std::size_t>(prefix.v6())) {}

  // Clears the bits behind the prefix; false if the policy gives none for this
  // family, which shows nothing of it.
  bool Cut(unsigned char* address, std::size_t size) const {
    if (size == kV4Size) return CutAt(address, size, v4_, v4_);
    const bool mapped = std::equal(kMapped.begin(), kMapped.end(), address);
    return mapped ? CutAt(address, size, v4_, 8 * kMapped.size() + v4_)
                  : CutAt(address, size, v6_, v6_);
  }

 private:
  static bool CutAt(unsigned char* address, std::size_t size,
                    std::size_t stated, std::size_t bits) {
    if (stated == 0) return false;
    for (std::size_t i = 0; i < size; ++i) {
      const std::size_t kept =
          std::min<std::size_t>(8, bits > 8 * i ? bits - 8 * i : 0);
      address[i] = static_cast<unsigned char>(address[i] & (0xFF00u >> kept));
    }
    return true;
  }

  const std::size_t v4_;
  const std::size_t v6_;
};

class IpPrefixText final : public IpPrefixBase {
 public:
  explicit IpPrefixText(const v1::IpPrefix& prefix) : IpPrefixBase(prefix) {}

  std::size_t MaxOut(std::size_t) const override { return INET6_ADDRSTRLEN; }

  Applied ApplyBytes(std::string_view in, const Pseudonymizer*, char* out,
                     std::size_t* out_size) const override {
    char text[INET6_ADDRSTRLEN] = {};
    if (in.size() >= sizeof(text) || in.find('\0') != std::string_view::npos) {
      return Applied::kDropped;
    }
    std::copy(in.begin(), in.end(), text);
    unsigned char address[kV6Size];
    const int family =
        in.find(':') == std::string_view::npos ? AF_INET : AF_INET6;
    if (inet_pton(family, text, address) != 1 ||
        !Cut(address, family == AF_INET ? kV4Size : kV6Size) ||
        inet_ntop(family, address, out, INET6_ADDRSTRLEN) == nullptr) {
      return Applied::kDropped;
    }
    *out_size = std::strlen(out);
    return Applied::kKept;
  }
};

class IpPrefixBytes final : public IpPrefixBase {
 public:
  explicit IpPrefixBytes(const v1::IpPrefix& prefix) : IpPrefixBase(prefix) {}

  Applied ApplyBytes(std::string_view in, const Pseudonymizer*, char* out,
                     std::size_t* out_size) const override {
    if (in.size() != kV4Size && in.size() != kV6Size) return Applied::kDropped;
    unsigned char address[kV6Size];
    std::memcpy(address, in.data(), in.size());
    if (!Cut(address, in.size())) return Applied::kDropped;
    std::memcpy(out, address, in.size());
    *out_size = in.size();
    return Applied::kKept;
  }
};

}  // namespace

TransformPtr MakeIpPrefix(const v1::IpPrefix& prefix, FieldType type) {
  if (type == FieldType::kBytes) return std::make_unique<IpPrefixBytes>(prefix);
  return std::make_unique<IpPrefixText>(prefix);
}

}  // namespace privet::transform
