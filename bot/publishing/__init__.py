"""What the office stands for in public: clarifications, and leaders' reception days with their bookings."""
