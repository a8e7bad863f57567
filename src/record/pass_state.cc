// SPDX-License-Identifier: Apache-2.0

#include "record/pass_state.h"

#include <algorithm>
#include <cstring>

namespace privet::record {
namespace {

constexpr std::size_t kSmallWipe = 2048;

}  // namespace

void Pass::State::Begin(const Tables& tables) {
  Wipe();
  const std::size_t words = (tables.fields.size() + 63) / 64;
  seen.assign(words, 0);
  dropped.assign(words, 0);
  captured.clear();
  starts.clear();
  unknown = 0;
  measured = false;
  const std::size_t stack = tables.max_seen_words * (kMaxDepth + 1);
  if (seen_stack.size() < stack) seen_stack.resize(stack);
  fault = Fault::kNone;
  fault_entry = nullptr;
  fault_depth = 0;
}

bool Pass::State::Layout(std::size_t count, const std::size_t* capacities) {
  std::size_t total = 0;
  for (std::size_t i = 0; i < count; ++i) total += capacities[i];
  char* data = scratch.Reserve(total, 0);
  if (data == nullptr) return false;
  if (outputs.size() < count) outputs.resize(count);
  output_count = count;
  for (std::size_t i = 0; i < count; ++i) {
    outputs[i] = Output{data, 0, capacities[i], 0};
    data += capacities[i];
  }
  return true;
}

bool Pass::State::LayoutEqual(std::size_t count, std::size_t capacity) {
  char* data = scratch.Reserve(count * capacity, 0);
  if (data == nullptr) return false;
  if (outputs.size() < count) outputs.resize(count);
  output_count = count;
  for (std::size_t i = 0; i < count; ++i, data += capacity) {
    outputs[i] = Output{data, 0, capacity, 0};
  }
  return true;
}

bool Pass::State::Grow(std::size_t index, std::size_t capacity) {
  Output& grown = outputs[index];
  if (grown.capacity >= capacity) return true;
  capacity += capacity / 2;
  const char* const old = scratch.data();
  std::size_t used = 0;
  for (std::size_t i = 0; i < output_count; ++i) used += outputs[i].capacity;
  const std::size_t more = capacity - grown.capacity;
  char* const data = scratch.Reserve(used + more, used);
  if (data == nullptr) return false;
  for (std::size_t i = 0; i < output_count; ++i) {
    outputs[i].data = data + (outputs[i].data - old);
  }
  // Those behind it make room, the last one first. What they leave where they
  // were is wiped now: Wipe() looks at what each output has written itself.
  std::size_t moved = 0;
  for (std::size_t i = output_count; i-- > index + 1;) {
    Output& behind = outputs[i];
    std::memmove(behind.data + more, behind.data, behind.capacity);
    behind.data += more;
    moved += behind.capacity;
  }
  WipeBytes(grown.data + grown.capacity, std::min(more, moved));
  grown.capacity = capacity;
  return true;
}

void Pass::State::Wipe() {
  std::size_t total = 0;
  for (std::size_t i = 0; i < output_count; ++i) total += outputs[i].capacity;
  if (total <= kSmallWipe) {  // one sweep is faster than many
    if (total != 0) WipeBytes(outputs[0].data, total);
    output_count = 0;
    return;
  }
  for (std::size_t i = 0; i < output_count; ++i) {
    Output& output = outputs[i];
    const std::size_t written =
        std::min(std::max(output.size, output.high) + kSlack, output.capacity);
    WipeBytes(output.data, written);
    output.size = 0;
    output.high = 0;
  }
  output_count = 0;
  scratch.Shrink(kSmallBlock);
}

}  // namespace privet::record
