// SPDX-License-Identifier: Apache-2.0
//
// Connections that only read, lent to one thread at a time: readers wait
// neither for each other nor for the writer.

#ifndef PRIVET_STORE_SQLITE_READER_POOL_H_
#define PRIVET_STORE_SQLITE_READER_POOL_H_

#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "base/mutex.h"

namespace privet::store::sqlite {

// A pool of Reader, which has a connection and its statements.
template <typename Reader>
class ReaderPool {
 public:
  using Open = std::function<absl::StatusOr<std::unique_ptr<Reader>>()>;

  // A reader that goes back into the pool.
  class Lease {
   public:
    Lease(ReaderPool* pool, std::unique_ptr<Reader> reader)
        : pool_(pool), reader_(std::move(reader)) {}
    Lease(Lease&&) noexcept = default;
    Lease& operator=(Lease&&) = delete;
    ~Lease() {
      if (reader_ != nullptr) pool_->GiveBack(std::move(reader_));
    }
    Reader* operator->() const { return reader_.get(); }
    Reader& operator*() const { return *reader_; }

   private:
    ReaderPool* const pool_;
    std::unique_ptr<Reader> reader_;
  };

  explicit ReaderPool(Open open) : open_(std::move(open)) {}

  // Lends an idle reader, or opens one.
  absl::StatusOr<Lease> Take() {
    {
      base::MutexLock lock(&mutex_);
      if (!idle_.empty()) {
        std::unique_ptr<Reader> reader = std::move(idle_.back());
        idle_.pop_back();
        return Lease(this, std::move(reader));
      }
    }
    auto reader = open_();
    if (!reader.ok()) return reader.status();
    return Lease(this, *std::move(reader));
  }

 private:
  static constexpr std::size_t kMostIdle = 8;

  void GiveBack(std::unique_ptr<Reader> reader) {
    base::MutexLock lock(&mutex_);
    if (idle_.size() < kMostIdle) idle_.push_back(std::move(reader));
  }

  const Open open_;
  base::Mutex mutex_;
  std::vector<std::unique_ptr<Reader>> idle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace privet::store::sqlite

#endif  // PRIVET_STORE_SQLITE_READER_POOL_H_
