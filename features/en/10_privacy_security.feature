Feature: Privacy and security
  Sound outside a call only; foreign calls and certificates follow.

  @S44 @fat @sat @nightly
  Scenario: No sound leaves the point outside a call
    Given the post is ready
    And a talk with the operator is under way
    When the operator hangs up
    And 60 s pass
    Then no sound has left the post outside a call [T40]
