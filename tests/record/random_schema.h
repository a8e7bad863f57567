// SPDX-License-Identifier: Apache-2.0
//
// Random message types and random messages of them.

#ifndef PRIVET_TESTS_RECORD_RANDOM_SCHEMA_H_
#define PRIVET_TESTS_RECORD_RANDOM_SCHEMA_H_

#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <string>

#include "google/protobuf/descriptor.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/message.h"

namespace privet::testing {

using Random = std::mt19937_64;

// Returns a number from 0 to `below` - 1.
inline std::size_t Pick(Random* random, std::size_t below) {
  return static_cast<std::size_t>((*random)() % below);
}
inline bool OneIn(Random* random, std::size_t n) {
  return Pick(random, n) == 0;
}

// A few message types that refer to each other in any way, of proto2 or proto3,
// with all that the language has.
class RandomSchema {
 public:
  // Leaves out the extensions in `without`, by name; the rest is the same.
  explicit RandomSchema(std::uint64_t seed,
                        const std::set<std::string>& without = {});

  const google::protobuf::Descriptor* root() const { return root_; }
  const google::protobuf::FileDescriptor* file() const { return file_; }

  std::unique_ptr<google::protobuf::Message> New();
  // Sets fields at random; small, and not deep.
  void Fill(Random* random, google::protobuf::Message* message, int depth = 0);

 private:
  google::protobuf::DescriptorPool pool_;
  google::protobuf::DynamicMessageFactory factory_;
  const google::protobuf::FileDescriptor* file_ = nullptr;
  const google::protobuf::Descriptor* root_ = nullptr;
};

// Returns the serialization that is the same for equal messages.
std::string Deterministic(const google::protobuf::Message& message);

// Keeps protobuf from printing what it thinks of tampered bytes.
void QuietProtobuf();

// Changes some bytes: flips, cuts, doubles, splices.
std::string Mutate(Random* random, std::string bytes);

}  // namespace privet::testing

#endif  // PRIVET_TESTS_RECORD_RANDOM_SCHEMA_H_
