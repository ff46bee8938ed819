Feature: Privacy and security
  Sound outside a call, foreign calls, false certificates, and sound without encryption.

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

  @S52 @fat @nightly
  Scenario: A post that has just started opens its microphone to nobody either
    Given the post is ready
    And the post is switched off
    And 10 s pass
    When the mains is switched on
    Then the post is registered at most 60 s after power-on [T19]
    When a stranger calls the post
    And 35 s pass
    Then the post has taken no call of a stranger [T40]
    And no sound has left the post outside a call [T40]

  @S46 @fat @nightly
  Scenario: False certificate and unencrypted sound are refused
    Given the post is ready
    And the operator answers after 1 s
    When the servers show a certificate of an unknown authority
    And 1 min passes
    And the servers show the certificate of another server
    And 1 min passes
    And the servers show an expired certificate
    And 1 min passes
    And the servers show a certificate that is not valid yet
    And 1 min passes
    And the servers show a certificate that is not for servers
    And 1 min passes
    Then the post has accepted no false certificate [T40]
    And the "out of service" lamp is lit at most 60 s after the last moment at which a call was possible [T26]
    When the button is pressed for 150 ms
    Then the "out of service" lamp answers at most 2 s after the press [T38]
    When the servers show their own certificate again
    Then the "out of service" lamp is dark at most 5 s after the post can call again [T27]
    When 1 min passes
    And the operator ends every call that stands
    And 5 s pass
    And the operator answers without encryption
    And the button is pressed for 150 ms
    And 10 s pass
    And the operator ends every call that stands
    And 5 s pass
    And the operator answers with encryption again
    And a talk with the operator is under way
    And the operator proposes to go on without encryption
    Then no unencrypted sound has left the post [T40]
