// SPDX-License-Identifier: Apache-2.0
//
// std::mutex with annotations for clang's thread-safety analysis. A packaged
// Abseil is not instrumented, so under the thread sanitizer absl::Mutex reports
// races that are none; this one does not.

#ifndef PRIVET_BASE_MUTEX_H_
#define PRIVET_BASE_MUTEX_H_

#include <mutex>

#include "absl/base/thread_annotations.h"

namespace privet::base {

class ABSL_LOCKABLE Mutex {
 public:
  void Lock() ABSL_EXCLUSIVE_LOCK_FUNCTION() { mutex_.lock(); }
  void Unlock() ABSL_UNLOCK_FUNCTION() { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

// Holds a Mutex for the life of a scope.
class ABSL_SCOPED_LOCKABLE MutexLock {
 public:
  explicit MutexLock(Mutex* mutex) ABSL_EXCLUSIVE_LOCK_FUNCTION(mutex)
      : mutex_(mutex) {
    mutex_->Lock();
  }
  ~MutexLock() ABSL_UNLOCK_FUNCTION() { mutex_->Unlock(); }
  MutexLock(const MutexLock&) = delete;
  MutexLock& operator=(const MutexLock&) = delete;

 private:
  Mutex* const mutex_;
};

}  // namespace privet::base

#endif  // PRIVET_BASE_MUTEX_H_
