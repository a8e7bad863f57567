// SPDX-License-Identifier: Apache-2.0
//
// The names of blind indexes, over all bound record types.

#ifndef PRIVET_ENGINE_INDEX_NAMES_H_
#define PRIVET_ENGINE_INDEX_NAMES_H_

#include <cstdint>
#include <map>
#include <string>

#include "record/plan.h"

namespace privet::engine {

// Fields whose indexes have one name are found together, so they must be hashed
// alike; and two names must not have one number in the index.
class IndexNames {
 public:
  // Takes the indexes of a plan in. Adds to `errors`, a line each, what does
  // not go with those before it. The plan lives as long as this.
  void Add(const record::Plan& plan, std::string* errors);

 private:
  struct First {
    const record::IndexSpec* index = nullptr;
    std::string field;  // where it was met first, for messages
  };

  std::map<std::string, First> by_name_;
  std::map<std::uint32_t, std::string> by_number_;
};

}  // namespace privet::engine

#endif  // PRIVET_ENGINE_INDEX_NAMES_H_
