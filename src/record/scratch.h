// SPDX-License-Identifier: Apache-2.0
//
// One block of memory for plaintext: locked, out of core dumps, wiped.

#ifndef PRIVET_RECORD_SCRATCH_H_
#define PRIVET_RECORD_SCRATCH_H_

#include <cstddef>

namespace privet::record {

// A block of pages that grows and is used again. Locked in memory as far as the
// limits of the process allow. Whoever writes to it knows how much he wrote,
// and wipes that (WipeBytes) when he is done; the block wipes all that it gives
// up.
class Scratch {
 public:
  Scratch() = default;
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  // Returns `size` bytes, or null if the system has none. The first `keep`
  // bytes stay; the rest is what it is. A block that is given up is wiped.
  char* Reserve(std::size_t size, std::size_t keep);

  char* data() const { return data_; }
  std::size_t size() const { return size_; }

  // Gives the pages back, wiped, if they are more than `limit` bytes.
  void Shrink(std::size_t limit);

 private:
  void Free();

  char* data_ = nullptr;
  std::size_t size_ = 0;
};

// Overwrites `size` bytes in a way that no compiler leaves out.
void WipeBytes(char* data, std::size_t size);

}  // namespace privet::record

#endif  // PRIVET_RECORD_SCRATCH_H_
