"""`unjai pole`: an SOS point without a browser, on a Linux box with a microphone, a loudspeaker and two relays."""
