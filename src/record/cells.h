// SPDX-License-Identifier: Apache-2.0
//
// Sets of cells: what one call permits is one of them.

#ifndef PRIVET_RECORD_CELLS_H_
#define PRIVET_RECORD_CELLS_H_

#include <array>
#include <cstddef>
#include <cstdint>

namespace privet::record {

// Index of a cell of a plan: the fields with the same categories about the same
// person are decided as one.
using CellIndex = std::uint16_t;

inline constexpr std::size_t kMaxCells = 256;
inline constexpr CellIndex kNoCell = 0xffff;

// A set of cells of one plan.
class CellSet {
 public:
  constexpr CellSet() = default;

  // Returns the set of the cells 0 to `count` - 1.
  static CellSet FirstCells(std::size_t count) {
    CellSet set;
    for (std::size_t i = 0; i < count; ++i) set.Add(static_cast<CellIndex>(i));
    return set;
  }

  bool Has(CellIndex cell) const {
    return (words_[cell >> 6] >> (cell & 63) & 1) != 0;
  }
  void Add(CellIndex cell) {
    words_[cell >> 6] |= std::uint64_t{1} << (cell & 63);
  }
  void Remove(CellIndex cell) {
    words_[cell >> 6] &= ~(std::uint64_t{1} << (cell & 63));
  }
  bool Empty() const {
    return (words_[0] | words_[1] | words_[2] | words_[3]) == 0;
  }

  // Returns whether some cell is in both.
  bool Meets(const CellSet& other) const {
    return ((words_[0] & other.words_[0]) | (words_[1] & other.words_[1]) |
            (words_[2] & other.words_[2]) | (words_[3] & other.words_[3])) != 0;
  }
  // Returns whether each cell of `other` is in this set.
  bool Covers(const CellSet& other) const {
    return ((other.words_[0] & ~words_[0]) | (other.words_[1] & ~words_[1]) |
            (other.words_[2] & ~words_[2]) | (other.words_[3] & ~words_[3])) ==
           0;
  }
  CellSet& operator|=(const CellSet& other) {
    for (std::size_t i = 0; i < words_.size(); ++i)
      words_[i] |= other.words_[i];
    return *this;
  }
  friend bool operator==(const CellSet& a, const CellSet& b) {
    return a.words_ == b.words_;
  }
  friend bool operator!=(const CellSet& a, const CellSet& b) {
    return !(a == b);
  }

 private:
  std::array<std::uint64_t, kMaxCells / 64> words_{};
};

}  // namespace privet::record

#endif  // PRIVET_RECORD_CELLS_H_
