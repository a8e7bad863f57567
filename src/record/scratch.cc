// SPDX-License-Identifier: Apache-2.0

#include "record/scratch.h"

#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>

namespace privet::record {

void WipeBytes(char* data, std::size_t size) {
  std::memset(data, 0, size);
  // The compiler must believe that somebody reads it.
  asm volatile("" : : "r"(data) : "memory");
}

Scratch::~Scratch() { Free(); }

char* Scratch::Reserve(std::size_t size, std::size_t keep) {
  if (size <= size_) return data_;
  const auto page = static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
  const std::size_t wanted = std::max(size, std::size_t{4} * page);
  const std::size_t bytes = (wanted + page - 1) / page * page;
  void* const pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                           MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return nullptr;
  // Not having these is no reason to fail: plaintext is in the host's memory
  // too.
  static_cast<void>(mlock(pages, bytes));
  static_cast<void>(madvise(pages, bytes, MADV_DONTDUMP));
  if (keep != 0) std::memcpy(pages, data_, std::min(keep, size_));
  Free();
  data_ = static_cast<char*>(pages);
  size_ = bytes;
  return data_;
}

void Scratch::Shrink(std::size_t limit) {
  if (size_ > limit) Free();
}

void Scratch::Free() {
  if (data_ == nullptr) return;
  WipeBytes(data_, size_);
  munmap(data_, size_);
  data_ = nullptr;
  size_ = 0;
}

}  // namespace privet::record
