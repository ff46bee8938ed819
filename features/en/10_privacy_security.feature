Feature: Privacy and security
  Sound outside a call, and foreign calls; certificates follow.

  @S44 @fat @sat @nightly
  Scenario: No sound leaves the point outside a call
    Given the post is ready
    And a talk with the operator is under way
    When the operator hangs up
    And 60 s pass
    Then no sound has left the post outside a call [T40]

  @S45 @fat @nightly
  Scenario: Nobody but the city server can open the microphone
    Given the post is ready
    When a stranger calls the post
    And a talk with the operator is under way
    And a stranger calls the post
    Then the talk goes on
    When the operator hangs up
    And 5 s pass
    And a stranger calls the post
    And 35 s pass
    Then the post has taken no call of a stranger [T40]
    And no sound has left the post outside a call [T40]
