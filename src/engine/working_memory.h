// SPDX-License-Identifier: Apache-2.0
//
// The memory that a call works in: one block for each thread, used again by the
// next call and wiped after each.

#ifndef PRIVET_ENGINE_WORKING_MEMORY_H_
#define PRIVET_ENGINE_WORKING_MEMORY_H_

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "privet/record.h"
#include "record/pass.h"
#include "seal/opener.h"

namespace privet::engine {

// A loan of this thread's block for one call. A call that is made inside
// another (by a scanner, say) gets a block of its own.
class WorkingMemory {
 public:
  WorkingMemory();
  ~WorkingMemory();
  WorkingMemory(const WorkingMemory&) = delete;
  WorkingMemory& operator=(const WorkingMemory&) = delete;

  // The pass of the record, and one of its residue.
  record::Pass& pass() { return block_->pass; }
  record::Pass& residue_pass() { return block_->residue_pass; }
  seal::Plaintexts& plaintexts() { return block_->plaintexts; }

  // A text for what is stored, amended; it is sized once, so that no part of
  // it is left behind where it was before.
  std::string* amended() { return &block_->amended; }

  // Returns the serialized form of `record`: its own bytes, or the message
  // serialized here. ResourceExhausted if it is over 64 MiB, InvalidArgument if
  // it is not initialized.
  absl::StatusOr<std::string_view> BytesOf(const Record& record);

 private:
  struct Block {
    record::Pass pass, residue_pass;
    seal::Plaintexts plaintexts;
    std::string serialized, amended;
    bool lent = false;
  };

  static Block* OfThread();

  std::unique_ptr<Block> own_;
  Block* block_;
};

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_WORKING_MEMORY_H_
