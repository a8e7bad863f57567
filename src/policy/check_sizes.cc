// SPDX-License-Identifier: Apache-2.0
//
// How many blocks a policy may have. What comes after works with sets of all
// leaves for each rule, and with sets of all places for each set of places.

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"
#include "policy/checking.h"
#include "policy/text.h"

namespace privet::policy {

bool CheckSizes(Checking* checking) {
  const v1::Policy& policy = checking->policy();
  const auto* reflection = v1::Policy::GetReflection();
  std::vector<const google::protobuf::FieldDescriptor*> fields;
  reflection->ListFields(policy, &fields);
  bool ok = true;
  for (const auto* field : fields) {
    if (!field->is_repeated()) continue;
    const int size = reflection->FieldSize(policy, field);
    if (size <= Checking::kMostBlocks) continue;
    ok = false;
    checking->Error({{field->number(), Checking::kMostBlocks}},
                    absl::StrCat("the policy has ", size, " times ",
                                 Quoted(std::string(field->name()))),
                    absl::StrCat("keep it to ", Checking::kMostBlocks));
  }
  return ok;
}

}  // namespace privet::policy
