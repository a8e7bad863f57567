// SPDX-License-Identifier: Apache-2.0
//
// A set of small numbers.

#ifndef PRIVET_POLICY_BITS_H_
#define PRIVET_POLICY_BITS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

namespace privet::policy {

// A set of numbers below a size that is fixed when it is made.
class Bits {
 public:
  Bits() = default;
  explicit Bits(std::size_t size, bool all = false)
      : size_(size), words_((size + 63) / 64, all ? ~std::uint64_t{0} : 0) {
    if (all && size % 64 != 0) {
      words_.back() = (std::uint64_t{1} << (size % 64)) - 1;
    }
  }

  std::size_t size() const { return size_; }
  // Returns false for what lies outside of the size.
  bool Test(std::size_t i) const {
    return i < size_ && ((words_[i / 64] >> (i % 64)) & 1) != 0;
  }
  void Set(std::size_t i) {
    if (i < size_) words_[i / 64] |= std::uint64_t{1} << (i % 64);
  }
  void Remove(const Bits& other) {
    for (std::size_t i = 0; i < words_.size() && i < other.words_.size(); ++i) {
      words_[i] &= ~other.words_[i];
    }
  }
  void Add(const Bits& other) {
    for (std::size_t i = 0; i < words_.size() && i < other.words_.size(); ++i) {
      words_[i] |= other.words_[i];
    }
  }
  void Intersect(const Bits& other) {
    for (std::size_t i = 0; i < words_.size(); ++i) {
      words_[i] &= i < other.words_.size() ? other.words_[i] : 0;
    }
  }
  bool Intersects(const Bits& other) const {
    for (std::size_t i = 0; i < words_.size() && i < other.words_.size(); ++i) {
      if ((words_[i] & other.words_[i]) != 0) return true;
    }
    return false;
  }
  bool Empty() const {
    for (const std::uint64_t word : words_) {
      if (word != 0) return false;
    }
    return true;
  }
  // Returns the members, rising.
  std::vector<std::uint32_t> Members() const {
    std::vector<std::uint32_t> members;
    for (std::size_t i = 0; i < size_; ++i) {
      if (words_[i / 64] == 0) {
        i |= 63;
      } else if (Test(i)) {
        members.push_back(static_cast<std::uint32_t>(i));
      }
    }
    return members;
  }

  friend bool operator==(const Bits& a, const Bits& b) {
    return a.words_ == b.words_;
  }
  friend bool operator<(const Bits& a, const Bits& b) {
    return a.words_ < b.words_;
  }

 private:
  std::size_t size_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_BITS_H_
