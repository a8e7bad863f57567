// SPDX-License-Identifier: Apache-2.0

#include "engine/working_memory.h"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "google/protobuf/message.h"
#include "privet/record.h"
#include "record/pass.h"
#include "record/scratch.h"

namespace privet::engine {
namespace {

constexpr std::size_t kMaxRecord = std::size_t{64} << 20;

// Memory that one large record took is given back after it.
constexpr std::size_t kKeep = std::size_t{1} << 20;

void WipeAndClear(std::string* text) {
  record::WipeBytes(text->data(), text->size());
  text->clear();
  if (text->capacity() > kKeep) std::string().swap(*text);
}

}  // namespace

WorkingMemory::Block* WorkingMemory::OfThread() {
  thread_local const auto block = std::make_unique<Block>();
  return block.get();
}

WorkingMemory::WorkingMemory() : block_(OfThread()) {
  if (block_->lent) {
    own_ = std::make_unique<Block>();
    block_ = own_.get();
  }
  block_->lent = true;
}

WorkingMemory::~WorkingMemory() {
  block_->pass.Wipe();
  block_->residue_pass.Wipe();
  block_->plaintexts.Wipe();
  WipeAndClear(&block_->serialized);
  WipeAndClear(&block_->amended);
  block_->lent = false;
}

absl::StatusOr<std::string_view> WorkingMemory::BytesOf(const Record& record) {
  if (record.message() == nullptr) return record.bytes();
  const google::protobuf::Message& message = *record.message();
  const std::size_t size = message.ByteSizeLong();
  if (size > kMaxRecord) {
    return absl::ResourceExhaustedError("a record has at most 64 MiB");
  }
  if (!message.IsInitialized()) {
    return absl::InvalidArgumentError(
        "the record lacks a `required` field of its type");
  }
  block_->serialized.resize(size);
  message.SerializeWithCachedSizesToArray(
      reinterpret_cast<std::uint8_t*>(block_->serialized.data()));
  return std::string_view(block_->serialized);
}

}  // namespace privet::engine
