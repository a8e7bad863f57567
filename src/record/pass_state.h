// SPDX-License-Identifier: Apache-2.0
//
// What a pass holds while it runs and afterwards.

#ifndef PRIVET_RECORD_PASS_STATE_H_
#define PRIVET_RECORD_PASS_STATE_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <vector>

#include "record/pass.h"
#include "record/scratch.h"
#include "record/tables.h"
#include "record/wire.h"

namespace privet::record {

// One output: a part of the scratch block.
struct Output {
  char* data = nullptr;
  std::size_t size = 0;
  std::size_t capacity = 0;
  std::size_t high = 0;  // written beyond `size`, and taken back
};

// A message that is being read: what to go back to when it ends, and where its
// parts of the outputs begin. Offsets, since outputs may move.
struct Frame {
  const Node* node = nullptr;  // of the message around it
  const char* end = nullptr;   // of the same
  std::uint64_t* seen = nullptr;
  const Entry* entry = nullptr;  // of this message
  std::uint64_t mask = 0;        // the outputs that it is in
  std::size_t header_start = 0;  // one output: where its tag is
  std::size_t body_start = 0;    // one output
  std::size_t first_start = 0;   // several: their body starts in `starts`
  std::uint32_t length = 0;      // as it was
  std::uint32_t group = 0;       // number of the group; 0: no group
  std::uint8_t target = 0;       // the one output, or kManyOutputs
  std::uint8_t length_size = 0;  // bytes of `length`
  bool rollback = false;         // a map entry whose key or value went away
};

inline constexpr int kNoOutput = 255;
inline constexpr int kManyOutputs = 254;

// Room behind each output: what a copy may write past its end.
inline constexpr std::size_t kSlack = 64;
// Blocks up to this size are made without measuring, and kept.
inline constexpr std::size_t kSmallBlock = std::size_t{1} << 20;

struct Pass::State {
  std::size_t max_bytes = std::size_t{64} << 20;
  Scratch scratch;
  std::vector<Output> outputs;
  std::size_t output_count = 0;
  bool measured = false;  // no output will need more than it has

  std::vector<std::uint64_t> seen, dropped;  // a bit for each plan field
  std::vector<Captured> captured;
  std::size_t unknown = 0;

  Frame frames[kMaxDepth];
  std::vector<std::uint64_t> seen_stack;
  std::vector<std::size_t> starts;

  Fault fault = Fault::kNone;
  const Entry* fault_entry = nullptr;  // may be null: of an unknown field
  int fault_depth = 0;

  std::unique_ptr<State> check;  // to look into a value that is transformed

  // Makes it ready for a pass of `plan`.
  void Begin(const Tables& tables);
  // Lays `count` outputs of `capacities` out in the block, empty.
  bool Layout(std::size_t count, const std::size_t* capacities);
  bool LayoutEqual(std::size_t count, std::size_t capacity);
  // Makes room for `capacity` bytes in output `index`, which may move all.
  bool Grow(std::size_t index, std::size_t capacity);
  void Wipe();
};

}  // namespace privet::record

#endif  // PRIVET_RECORD_PASS_STATE_H_
