// SPDX-License-Identifier: Apache-2.0
//
// The loop of the pass.
//
// Long, since the compiler must see it whole to keep its cursor in registers.

#ifndef PRIVET_RECORD_PASS_RUNNER_H_
#define PRIVET_RECORD_PASS_RUNNER_H_

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "absl/base/attributes.h"
#include "absl/base/optimization.h"
#include "absl/numeric/bits.h"
#include "record/pass_state.h"
#include "record/tables.h"
#include "record/wire.h"

namespace privet::record {

// Where the pass is. Passed by value to what is slow, so that the loop keeps it
// in registers; `p` is null after a fault.
struct Cursor {
  const char* p = nullptr;
  const char* end = nullptr;  // of the message
  const Node* node = nullptr;
  std::uint64_t* seen = nullptr;
  const char* run = nullptr;  // begin of what is not yet copied
  int target = kNoOutput;     // where that belongs
  int depth = 0;
};

// Runs one plan for one call over one input. kSplit: each field into the output
// of its compartment, else all into output 0. kWrite: else nothing is written,
// and sizes are upper bounds.
template <bool kSplit, bool kWrite>
class Runner {
 public:
  Runner(const Tables& tables, const CallView& call, Pass::State* state)
      : tables_(tables),
        call_(call),
        state_(*state),
        everything_(call.permitted.Covers(tables.all_cells)),
        formed_(!call.formed.Empty()) {}

  // Reads `size` bytes at `data` as message `node`; after them `later` more
  // bytes of input will come. `depth` messages are around it.
  bool Run(const Node& node, const char* data, std::size_t size,
           std::size_t later, int depth);

 private:
  // -- Reading ---------------------------------------------------------------

  ABSL_ATTRIBUTE_NOINLINE void SetFault(Fault fault, const Entry* entry,
                                        int depth) {
    state_.fault = fault;
    state_.fault_entry = entry;
    state_.fault_depth = depth;
  }
  ABSL_ATTRIBUTE_ALWAYS_INLINE Cursor Fail(Cursor c, Fault fault,
                                           const Entry* entry) {
    SetFault(fault, entry, c.depth);
    c.p = nullptr;
    return c;
  }

  // Reads a length; the cursor stands at its bytes then.
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool ReadLength(Cursor* c, std::uint32_t* length,
                                               const Entry* entry) {
    if (ABSL_PREDICT_TRUE(c->p != c->end &&
                          static_cast<signed char>(*c->p) >= 0)) {
      *length = static_cast<unsigned char>(*c->p++);
    } else {
      Fault fault = Fault::kNone;
      const char* const after =
          ReadLongUint32(c->p, c->end, length, &fault, Fault::kLength);
      if (after == nullptr) {
        *c = Fail(*c, fault, entry);
        return false;
      }
      c->p = after;
    }
    if (ABSL_PREDICT_FALSE(*length > static_cast<std::size_t>(c->end - c->p))) {
      *c = Fail(*c, Fault::kLength, entry);
      return false;
    }
    return true;
  }

  // Reads the value of a leaf: the cursor stands behind it then, and the value
  // begins at the result (null: a fault).
  ABSL_ATTRIBUTE_ALWAYS_INLINE const char* ReadLeaf(Cursor* c, Action action,
                                                    const Entry& entry) {
    const char* value = c->p;
    switch (action) {
      case Action::kVarint:
        if (ABSL_PREDICT_TRUE(c->p != c->end &&
                              static_cast<signed char>(*c->p) >= 0)) {
          ++c->p;
          return value;
        }
        if (const char* after = SkipVarint(c->p, c->end)) {
          c->p = after;
          return value;
        }
        *c = Fail(*c,
                  c->end - c->p >= static_cast<std::ptrdiff_t>(kMaxVarint)
                      ? Fault::kVarint
                      : Fault::kLength,
                  &entry);
        return nullptr;
      case Action::kFixed32:
      case Action::kFixed64: {
        const std::ptrdiff_t size = action == Action::kFixed32 ? 4 : 8;
        if (ABSL_PREDICT_FALSE(c->end - c->p < size)) {
          *c = Fail(*c, Fault::kLength, &entry);
          return nullptr;
        }
        c->p += size;
        return value;
      }
      default: {
        std::uint32_t length = 0;
        if (!ReadLength(c, &length, &entry)) return nullptr;
        value = c->p;
        c->p += length;
        return value;
      }
    }
  }

  // Returns whether what a kept leaf holds is well-formed.
  ABSL_ATTRIBUTE_ALWAYS_INLINE Fault CheckLeaf(Action action, const char* value,
                                               const char* end) {
    switch (action) {
      case Action::kText:
        return IsUtf8(value, end) ? Fault::kNone : Fault::kUtf8;
      case Action::kPackedVarint:
        return IsPackedVarints(value, end) ? Fault::kNone : Fault::kPacked;
      case Action::kPackedFixed32:
        return (end - value) % 4 == 0 ? Fault::kNone : Fault::kPacked;
      case Action::kPackedFixed64:
        return (end - value) % 8 == 0 ? Fault::kNone : Fault::kPacked;
      default:
        return Fault::kNone;
    }
  }

  // Notes that the field is there; false if it was there before.
  ABSL_ATTRIBUTE_ALWAYS_INLINE bool Note(const Cursor& c, const Entry& entry) {
    state_.seen[entry.field >> 6] |= std::uint64_t{1} << (entry.field & 63);
    if (entry.seen == kRepeated) return true;
    std::uint64_t& word = c.seen[entry.seen >> 6];
    const std::uint64_t bit = std::uint64_t{1} << (entry.seen & 63);
    const bool first = (word & bit) == 0;
    word |= bit;
    return first;
  }

  // -- Writing ---------------------------------------------------------------

  ABSL_ATTRIBUTE_ALWAYS_INLINE void Append(Output* out, const char* from,
                                           std::size_t size) {
    if (kWrite) {
      char* const to = out->data + out->size;
      // Behind each output there is kSlack, so short copies may run over.
      if (ABSL_PREDICT_TRUE(size <= 32 && input_end_ - from >= 32)) {
        std::memcpy(to, from, 16);
        std::memcpy(to + 16, from + 16, 16);
      } else {
        std::memcpy(to, from, size);
      }
    }
    out->size += size;
  }

  // Copies what is pending, which ends at `upto`.
  ABSL_ATTRIBUTE_ALWAYS_INLINE void Flush(Cursor* c, const char* upto) {
    if (c->target == kNoOutput) return;
    Append(&state_.outputs[static_cast<std::size_t>(c->target)], c->run,
           static_cast<std::size_t>(upto - c->run));
  }

  // Sends what follows from `start` on to `target`.
  ABSL_ATTRIBUTE_ALWAYS_INLINE void Aim(Cursor* c, int target,
                                        const char* start) {
    if (target == c->target) return;
    Flush(c, start);
    c->target = target;
    c->run = start;
  }

  ABSL_ATTRIBUTE_ALWAYS_INLINE int TargetOf(const Entry& entry) const {
    if (!everything_ && !call_.permitted.Has(entry.cell)) return kNoOutput;
    return kSplit ? entry.compartment : 0;
  }

  // Returns which outputs a message appears in.
  ABSL_ATTRIBUTE_ALWAYS_INLINE std::uint64_t MaskOf(const Entry& entry) const {
    const Reach& reach = tables_.reaches[entry.reach];
    if (everything_) return kSplit ? reach.mask : 1;
    if (entry.cell != kNoCell && !call_.permitted.Has(entry.cell)) return 0;
    if (entry.value_cell != kNoCell && !call_.permitted.Has(entry.value_cell)) {
      return 0;
    }
    if (!kSplit) return call_.permitted.Meets(reach.cells) ? 1 : 0;
    std::uint64_t mask = 0;
    for (const Reach::Part& part : reach.parts) {
      if (call_.permitted.Meets(part.cells)) {
        mask |= std::uint64_t{1} << part.compartment;
      }
    }
    return mask;
  }

  // -- The steps -------------------------------------------------------------

  ABSL_ATTRIBUTE_ALWAYS_INLINE Cursor Leaf(Cursor c, const char* start,
                                           const Entry& entry, Action action);
  ABSL_ATTRIBUTE_ALWAYS_INLINE Cursor Message(Cursor c, const char* start,
                                              const Entry& entry);
  Cursor FormedMessage(Cursor c, const char* start, const Entry& entry,
                       std::size_t length);
  Cursor Group(Cursor c, const char* start, const Entry& entry);
  Cursor Unknown(Cursor c, const char* start, std::uint32_t tag);
  ABSL_ATTRIBUTE_ALWAYS_INLINE Cursor Enter(Cursor c, const char* start,
                                            const Entry& entry,
                                            std::uint64_t mask,
                                            const char* body_end);
  ABSL_ATTRIBUTE_ALWAYS_INLINE Cursor EndOfMessage(Cursor c);
  Cursor EndOfGroup(Cursor c, const char* start, std::uint32_t number);
  ABSL_ATTRIBUTE_ALWAYS_INLINE Cursor Leave(Cursor c, const Frame& frame);
  bool PatchOne(const char* p, const Frame& frame);
  bool PatchMany(const char* p, const Frame& frame);
  bool Patch(const char* p, std::size_t index, std::size_t body_start,
             const Frame& frame);

  // A leaf whose value is told, or leaves in a form only (pass_forms.h).
  Cursor Special(Cursor c, const char* start, const Entry& entry, Action action,
                 const char* value, int target);
  void Capture(const Entry& entry, Action action, const char* value,
               const char* end, bool kept_whole);
  Cursor ApplyForm(Cursor c, const char* tag_bytes, const Entry& entry,
                   Action action, std::string_view value, int target);
  Cursor FormOfAbsentValue(Cursor c);
  Cursor ApplyToBytes(Cursor c, std::size_t tag, const Entry& entry,
                      Action action, std::string_view value, Output* out,
                      const transform::Transform& form);
  Cursor ApplyToNumber(Cursor c, std::size_t tag, const Entry& entry,
                       std::string_view value, Output* out,
                       const transform::Transform& form);
  Cursor ApplyToPacked(Cursor c, std::size_t tag, const Entry& entry,
                       std::string_view value, Output* out,
                       const transform::Transform& form);
  bool CheckMessage(const Entry& entry, const char* value, const char* end,
                    int depth);
  void DropByForm(const Cursor& c, const Entry& entry);
  bool Secure(std::size_t index, std::size_t more, const char* p);

  const Tables& tables_;
  const CallView& call_;
  Pass::State& state_;
  const bool everything_;  // each cell is permitted
  const bool formed_;      // some cell leaves in a form only
  const char* input_end_ = nullptr;
  std::size_t later_ = 0;
  int bottom_ = 0;
};

template <bool kSplit, bool kWrite>
bool Runner<kSplit, kWrite>::Run(const Node& node, const char* data,
                                 std::size_t size, std::size_t later,
                                 int depth) {
  input_end_ = data + size;
  later_ = later;
  Cursor c;
  c.p = data;
  c.end = input_end_;
  c.node = &node;
  c.seen = state_.seen_stack.data();
  c.depth = depth;
  std::memset(c.seen, 0, node.seen_words * sizeof(std::uint64_t));
  bottom_ = depth;
  for (;;) {
    if (c.p == c.end) {
      if (c.depth == bottom_) break;
      c = EndOfMessage(c);
      if (ABSL_PREDICT_FALSE(c.p == nullptr)) return false;
      continue;
    }
    const char* const start = c.p;
    std::uint32_t tag = static_cast<unsigned char>(*c.p++);
    if (ABSL_PREDICT_FALSE(tag >= 0x80)) {
      Fault fault = Fault::kNone;
      c.p = ReadLongUint32(start, c.end, &tag, &fault, Fault::kTag);
      if (ABSL_PREDICT_FALSE(c.p == nullptr)) {
        Fail(c, fault, nullptr);
        return false;
      }
    }
    const Entry& entry = c.node->Find(tag >> 3);
    const Action action = entry.ActionFor(tag & 7);
    switch (action) {
      case Action::kUnknown:
        c = Unknown(c, start, tag);
        break;
      case Action::kMessage:
        c = Message(c, start, entry);
        break;
      case Action::kGroup:
        c = Group(c, start, entry);
        break;
      default:
        c = Leaf(c, start, entry, action);
    }
    if (ABSL_PREDICT_FALSE(c.p == nullptr)) return false;
  }
  Flush(&c, c.p);
  return true;
}

template <bool kSplit, bool kWrite>
inline Cursor Runner<kSplit, kWrite>::Leaf(Cursor c, const char* start,
                                           const Entry& entry, Action action) {
  const char* const value = ReadLeaf(&c, action, entry);
  if (ABSL_PREDICT_FALSE(value == nullptr)) return c;
  if (ABSL_PREDICT_FALSE(!Note(c, entry))) {
    return Fail(c, Fault::kTwice, &entry);
  }
  const int target = TargetOf(entry);
  if (target != kNoOutput) {
    const Fault fault = CheckLeaf(action, value, c.p);
    if (ABSL_PREDICT_FALSE(fault != Fault::kNone)) {
      return Fail(c, fault, &entry);
    }
  }
  if (ABSL_PREDICT_FALSE(entry.captured ||
                         (formed_ && call_.formed.Has(entry.cell)))) {
    return Special(c, start, entry, action, value, target);
  }
  Aim(&c, target, start);
  return c;
}

template <bool kSplit, bool kWrite>
ABSL_ATTRIBUTE_NOINLINE Cursor Runner<kSplit, kWrite>::Unknown(
    Cursor c, const char* start, std::uint32_t tag) {
  if ((tag & 7) == kWireEndGroup && tag >> 3 != 0) {
    return EndOfGroup(c, start, tag >> 3);
  }
  Fault fault = Fault::kNone;
  const char* const after = SkipUnknown(c.p, c.end, tag, c.depth, &fault);
  if (after == nullptr) return Fail(c, fault, nullptr);
  ++state_.unknown;
  Aim(&c, kNoOutput, start);
  c.p = after;
  return c;
}

}  // namespace privet::record

#endif  // PRIVET_RECORD_PASS_RUNNER_H_
