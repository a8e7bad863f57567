// SPDX-License-Identifier: Apache-2.0
//
// What a decision knows of a person and of a request.

#ifndef PRIVET_POLICY_SUBJECT_STATE_H_
#define PRIVET_POLICY_SUBJECT_STATE_H_

#include <string>
#include <utility>
#include <vector>

namespace privet::policy {

// The state of one person, by the names of the policy (now or before). Default:
// a person of whom no row says anything; nobody at all has the same.
struct SubjectState {
  std::string region;  // whose law protects the person; empty: unknown
  std::string kind;    // subject kind; empty: the record type's
  std::vector<std::string> consents;    // purposes, in force
  std::vector<std::string> objections;  // purposes or groups, in force
  bool restricted = false;
  std::string minor_group;            // id of a `minors` block; empty: none
  std::vector<std::string> notices;   // on record; for role SUCCESSOR
                                      // `successor:<recipient>`
  std::vector<std::string> happened;  // events
  std::vector<std::pair<std::string, std::string>> facts;  // of the subject
  std::vector<std::string> instructed;  // recipients (role DIRECTED) that the
                                        // person told us to send data to
};

// What only this request knows.
struct RequestState {
  std::vector<std::pair<std::string, std::string>> facts;  // of the request
  std::string case_reference;           // AUTHORITY; empty: none
  std::vector<std::string> categories;  // AUTHORITY: what was asked for, leaves
};

}  // namespace privet::policy

#endif  // PRIVET_POLICY_SUBJECT_STATE_H_
