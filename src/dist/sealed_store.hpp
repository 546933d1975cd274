// A store of c10d whose values only those can write that know a secret. For units of this room alone: it brings c10d.
#pragma once

#include <torch/csrc/distributed/c10d/PrefixStore.hpp>

#include <stdexcept>
#include <string>
#include <vector>

#include "dist/group.hpp"

namespace dcgan {

/// What stands in the store was not written by a rank of this run, or is longer than any message is.
class Forged : public std::runtime_error {
 public:
  Forged() : std::runtime_error("the ranks' store holds what no rank has written") {}
};

/// Keys get a prefix, values the seal of key and value in front; without a seal they are as they are. Whoever reaches
/// the store can still count up its counters, and delete or spoil values: it can hold the ranks up, and say nothing in
/// their name.
class SealedStore : public c10d::PrefixStore {
 public:
  SealedStore(const std::string& prefix, c10::intrusive_ptr<c10d::Store> store, Seal seal);

  void set(const std::string& key, const std::vector<uint8_t>& value) override;
  /// Throws Forged. Waits until there is a value.
  std::vector<uint8_t> get(const std::string& key) override;
  /// `expected` is empty: sets what is not set yet, or was set by no rank. What is there then.
  std::vector<uint8_t> compareSet(const std::string& key, const std::vector<uint8_t>& expected,
                                  const std::vector<uint8_t>& desired) override;
  /// Appending and reading of many would pass the seal by.
  bool hasExtendedApi() const override { return false; }
  /// Of LibTorch's later versions, without `override` for the others: the copy seals too.
  c10::intrusive_ptr<c10d::Store> clone();

 private:
  /// `value` with its seal in front.
  std::string sealed(const std::string& key, std::string value) const;
  /// The value without it. Throws Forged.
  std::vector<uint8_t> opened(const std::string& key, const std::vector<uint8_t>& value) const;

  const Seal seal_;
  const size_t seal_length_;
};

}  // namespace dcgan
