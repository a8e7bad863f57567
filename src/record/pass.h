// SPDX-License-Identifier: Apache-2.0
//
// The one pass over a serialized record: split into compartments, minimized for
// a purpose, or joined from what was opened.

#ifndef PRIVET_RECORD_PASS_H_
#define PRIVET_RECORD_PASS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "record/cells.h"
#include "record/plan.h"
#include "record/scratch.h"

namespace privet::transform {
class Pseudonymizer;
class Transform;
}  // namespace privet::transform

namespace privet::record {

// What one call may see of the records of one plan. Cheap to make on the stack:
// nothing but the sets is initialized.
struct CallView {
  CellSet permitted;
  CellSet formed;  // those of them that leave in a form only
  // For each cell in `formed`: its transforms, by number of Plan::fields(). A
  // field without one is dropped.
  std::array<const transform::Transform* const*, kMaxCells> transforms;
  const transform::Pseudonymizer* pseudonymizer = nullptr;
};

// A value that the plan asked to be told of: of the subject, the time of
// creation, or an index. Points into the input.
struct Captured {
  std::uint16_t field = 0;  // number of Plan::fields()
  bool kept_whole = false;  // it is in the output, as it is
  bool is_number = false;   // then `number`, in two's complement
  bool is_signed = false;
  std::uint64_t number = 0;
  std::string_view bytes;  // else: text, bytes, a Timestamp message
};

// Runs passes, and holds what the last one made. Keep one for each thread (or
// in a pool) and use it again: it then allocates nothing. Its memory is locked
// where the limits allow it, kept out of core dumps, and wiped over what was
// written at the next pass, by Wipe() and at the end.
//
// Each call below returns InvalidArgument, naming the path and never a value,
// for bytes that no serializer writes (docs/records.md), ResourceExhausted for
// input above the cap, and Unavailable if a pseudonym's key was not at hand.
// After an error there is no output.
class Pass {
 public:
  struct State;  // src/record/pass_state.h

  Pass();
  ~Pass();
  Pass(const Pass&) = delete;
  Pass& operator=(const Pass&) = delete;

  // Longest input, 64 MiB by default.
  void set_max_bytes(std::size_t max_bytes);

  // Splits `record` into one output for each of plan.compartments().
  absl::Status Split(const Plan& plan, const CallView& call,
                     std::string_view record);

  // Makes output 0: what the call may see of `record`.
  absl::Status Minimize(const Plan& plan, const CallView& call,
                        std::string_view record);

  // Makes output 0: what the call may see of the compartments of one record,
  // each as Split() made it, in any order. A message that was split stands in
  // it several times: only what merges (protobuf's parsers) may read it.
  absl::Status Join(const Plan& plan, const CallView& call,
                    absl::Span<const std::string_view> compartments);

  // Returns an output of the last pass; valid until the next.
  std::string_view output(std::size_t index = 0) const;

  // Returns whether the input had the field (of plan.fields()); a message that
  // was dropped whole was not looked into.
  bool Seen(std::size_t field) const;
  // Returns whether a transform dropped a value of it.
  bool DroppedByForm(std::size_t field) const;
  // Returns how many unknown fields were dropped.
  std::size_t unknown() const;
  // Returns the values that the plan asked for, in the order of the input.
  absl::Span<const Captured> captured() const;

  // Overwrites everything of the last pass.
  void Wipe();

 private:
  std::unique_ptr<State> state_;
};

// Returns whether the whole of compartment `index` of `plan`, sealed under this
// very layout, may leave unchanged: then opening it needs no pass.
bool PassesWhole(const Plan& plan, std::size_t index, const CallView& call);

}  // namespace privet::record

#endif  // PRIVET_RECORD_PASS_H_
