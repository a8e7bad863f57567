// SPDX-License-Identifier: Apache-2.0
//
// What happened to each field of a record.

#ifndef PRIVET_OUTCOME_H_
#define PRIVET_OUTCOME_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace privet {

// The verdict on the fields of one record in one call: data, not failure. It
// names fields and rules, and holds no value. Pass a pointer as the last
// argument of a call to have it filled; without one it costs nothing.
struct Outcome {
  enum class Action : std::uint8_t {
    kKept,         // as it was
    kTransformed,  // in a smaller form
    kDropped,      // not in the output
  };

  struct Field {
    std::string path;  // such as `items.note`
    Action action = Action::kDropped;
    std::string reason;  // for kTransformed the form; for kDropped why: the
                         // rule or gate, `no rule permits it`, or `already due`
  };

  // The fields that the record had a value for, in the order of the schema.
  std::vector<Field> fields;

  // Fields of the input that the record's type does not know: dropped.
  std::size_t unknown = 0;

  // Returns how many fields met `action`.
  std::size_t Count(Action action) const;

  // Returns one line: `3 kept, 1 transformed (client_ip), 2 dropped (prompt,
  // output)`.
  std::string ToString() const;
};

}  // namespace privet

#endif  // PRIVET_OUTCOME_H_
